import { currencyExponents, MegalithError, meteringRoutes, type Problem, problem } from "@megalith/contract";
import type { MeterAccounts } from "@megalith/platform/metering";
import { bindRoute } from "../route.ts";
import { showMeterAccount } from "./show-meter-account.ts";
import { oneCustomerOf, type RequireCustomer } from "./usage-scope.ts";

const largestNanos = 10n ** 30n;

export function creditCustomer(uses: { meterAccounts: MeterAccounts; requireCustomer: RequireCustomer }) {
  return bindRoute(meteringRoutes.creditCustomer, async (call) => {
    const { amount, reference, note } = call.body;
    const nanos = BigInt(amount.nanos);
    const problems: Problem[] = [];
    if (nanos <= 0n || nanos > largestNanos) problems.push(problem("/amount/nanos", "range", "creditRange"));
    if (!currencyExponents.has(amount.currency))
      problems.push(problem("/amount/currency", "unknown", "currencyUnknown", { currency: amount.currency }));
    for (const [path, text] of [
      ["/reference", reference],
      ["/note", note ?? ""],
    ] as const)
      if (!text.isWellFormed() || text.includes("\0")) problems.push(problem(path, "characters", "characters", { name: path.slice(1) }));
    if (problems.length > 0) throw new MegalithError("request.invalid", { values: { count: problems.length }, problems });
    const customerId = oneCustomerOf(call.principal, call.params.customer);
    await uses.requireCustomer(call.principal.organisation, customerId);
    const credit = { nanos, currency: amount.currency, reference, note: note ?? "" };
    return showMeterAccount(await uses.meterAccounts.addCredit(call.principal, customerId, credit));
  });
}
