/** Which versions of a service's model a caller may name, and the service made ready with one of them. */
import { MegalithError } from "@megalith/contract";
import type { Principal } from "../foundation/index.ts";
import type { RegistryService } from "../registry/index.ts";
import type { ServiceCatalogue } from "./catalogue.ts";
import type { CompiledService } from "./compiled.ts";

interface Uses {
  readonly catalogue: ServiceCatalogue;
  readonly registry: RegistryService;
}

/** Numbers in rising order: a provider may name every version, a customer those that are or were champion. */
export async function versionsOf(uses: Uses, principal: Principal, { service }: CompiledService): Promise<number[]> {
  const { organisation } = principal;
  const { model } = service.settings;
  const found =
    principal.kind === "provider" ? await uses.registry.versions(organisation, model) : await uses.registry.champions(organisation, model);
  return [...new Set(found.map((version) => version.number))].sort((a, b) => a - b);
}

/**
 * The service as the version answers; its champion without one.
 * @throws MegalithError "registry.version_not_found", also for a version that the caller may not name.
 */
export async function chooseVersion(uses: Uses, principal: Principal, name: string, number: number | undefined): Promise<CompiledService> {
  const compiled = await uses.catalogue.visible(principal, name);
  if (number === undefined || number === compiled.champion.version.number) return compiled;
  const may = await versionsOf(uses, principal, compiled);
  if (!may.includes(number)) throw new MegalithError("registry.version_not_found", { values: { version: number, model: name } });
  const version = await uses.registry.version(principal.organisation, compiled.service.settings.model, number);
  return { service: compiled.service, champion: await uses.catalogue.compileVersion(version) };
}
