/** Whose usage and invoices a caller may see: a customer its own, a provider's member everybody's. */
import { MegalithError, problem, uuidFromId } from "@megalith/contract";
import type { Clock, Principal } from "@megalith/platform/foundation";
import type { UsageFilter } from "@megalith/platform/metering";

/** Settles when the organisation has that customer. @throws MegalithError "request.not_found" */
export type RequireCustomer = (organisation: string, customerId: string) => Promise<unknown>;

/** Bare uuid of the customer asked for; a customer that asks for another's meets what is not there. Null: everybody. */
export function customerOf(principal: Principal, asked: string | undefined): string | null {
  const uuid = asked === undefined ? undefined : uuidFromId("customer", asked);
  if (asked !== undefined && uuid === undefined) throw new MegalithError("request.not_found");
  if (principal.kind === "provider") return uuid ?? null;
  if (uuid !== undefined && uuid !== principal.customerId) throw new MegalithError("request.not_found");
  return principal.customerId;
}

/** As `customerOf`, where one customer is needed. */
export function oneCustomerOf(principal: Principal, asked: string | undefined): string {
  const customerId = customerOf(principal, asked);
  if (customerId !== null) return customerId;
  throw new MegalithError("request.invalid", {
    values: { count: 1 },
    problems: [problem("/query/customer", "required", "customerNeeded")],
  });
}

interface Period {
  readonly customer?: string | undefined;
  readonly service?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const dayMs = 86_400_000;

/** Without days: the last 31, and tomorrow for zones that are ahead. */
export function usageFilter(principal: Principal, query: Period, clock: Clock): UsageFilter {
  const now = clock.now().getTime();
  const to = query.to ?? dayText(now + dayMs);
  const from = query.from ?? dayText(Date.parse(to) - 31 * dayMs);
  const problems = (["from", "to"] as const).flatMap((name) => {
    const day = name === "from" ? from : to;
    const time = Date.parse(day);
    if (!Number.isNaN(time) && dayText(time) === day) return [];
    return [problem(`/query/${name}`, "day", "dayInvalid", { day })];
  });
  if (problems.length > 0) throw new MegalithError("request.invalid", { values: { count: problems.length }, problems });
  return {
    organisation: principal.organisation,
    customerId: customerOf(principal, query.customer),
    serviceId: query.service === undefined ? null : (uuidFromId("service", query.service) ?? null),
    serviceIds: principal.kind === "customer" ? principal.serviceIds : null,
    from,
    to,
  };
}

function dayText(time: number): string {
  return Number.isNaN(time) ? "" : new Date(time).toISOString().slice(0, 10);
}
