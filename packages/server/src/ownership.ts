/**
 * Whether what a path names is the caller's own: asked only when a key lacks a scope, so that the refusal names the scope
 * for one's own thing and is a plain 404 for everything else.
 */
import { MegalithError, uuidFromId } from "@megalith/contract";
import type { Principal } from "@megalith/platform/foundation";
import type { Product } from "./product.ts";

export type RequireOwn = (params: Readonly<Record<string, string>>, principal: Principal) => Promise<void>;

export function ownership(product: Pick<Product, "catalogue" | "log" | "billing">): RequireOwn {
  return async (params, principal) => {
    if (principal.kind !== "customer") return;
    const { organisation, customerId } = principal;
    if (params.customer !== undefined && uuidFromId("customer", params.customer) !== customerId)
      throw new MegalithError("request.not_found");
    const service = params.service ?? params.model;
    if (service !== undefined) await product.catalogue.visible(principal, service);
    if (params.decision !== undefined) await product.log.find(organisation, uuidFromId("decision", params.decision) ?? none(), customerId);
    if (params.invoice !== undefined)
      await product.billing.invoices.read(organisation, uuidFromId("invoice", params.invoice) ?? none(), customerId);
  };
}

function none(): never {
  throw new MegalithError("request.not_found");
}
