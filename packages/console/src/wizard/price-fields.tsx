/** What an answer costs: a plan that there is, a new one of one price, or none. */
import { billingRoutes, currencyExponents, type PlanShape, parseAmount } from "@megalith/contract";
import { callRoute } from "../api/call-route.ts";
import { Field } from "../design/field.tsx";
import { priceOfPlan } from "../home/price-of-plan.ts";
import { useWords } from "../language/language.tsx";

/** No plan is named so. */
export const newPlan = "\u0000new";

export interface Price {
  /** A plan's name, `newPlan`, or empty: without a price. */
  readonly plan: string;
  readonly amount: string;
  readonly currency: string;
}

interface PriceFieldsProps {
  readonly plans: readonly PlanShape[];
  readonly value: Price;
  readonly onChange: (value: Price) => void;
}

export function PriceFields({ plans, value, onChange }: PriceFieldsProps) {
  const words = useWords();
  const { say } = words;
  return (
    <>
      <Field label={say("publish.plan")} name="plan">
        <select className="input" value={value.plan} onChange={(event) => onChange({ ...value, plan: event.target.value })}>
          <option value={newPlan}>{say("publish.newPlan")}</option>
          {plans.map((one) => (
            <option key={one.id} value={one.name}>
              {one.title} ({priceOfPlan(one, words)})
            </option>
          ))}
          <option value="">{say("publish.noPlan")}</option>
        </select>
      </Field>
      {value.plan === newPlan ? <NewPlanFields value={value} onChange={onChange} /> : null}
    </>
  );
}

function NewPlanFields({ value, onChange }: Omit<PriceFieldsProps, "plans">) {
  const { say } = useWords();
  return (
    <>
      <Field
        label={say("publish.price")}
        name="prices/tiers/0/priceNanos"
        fault={value.amount !== "" && nanosOf(value.amount) === undefined ? say("publish.priceInvalid") : undefined}
      >
        <input
          className="input"
          required
          inputMode="decimal"
          value={value.amount}
          onChange={(event) => onChange({ ...value, amount: event.target.value })}
        />
      </Field>
      <Field label={say("publish.currency")} name="currency">
        <select className="input" value={value.currency} onChange={(event) => onChange({ ...value, currency: event.target.value })}>
          {[...currencyExponents.keys()].sort().map((code) => (
            <option key={code} value={code}>
              {code}
            </option>
          ))}
        </select>
      </Field>
    </>
  );
}

/** Undefined where it is no amount from 0. */
function nanosOf(amount: string): bigint | undefined {
  const nanos = parseAmount(amount);
  return nanos === undefined || nanos < 0n ? undefined : nanos;
}

/** A plan of one price, named after the service; days and months are those of the reader's time zone. */
export async function makePlan(name: string, currency: string, amount: string): Promise<string> {
  const prices = {
    tiers: [{ upTo: null, priceNanos: String(nanosOf(amount) ?? 0n) }],
    valueShare: null,
    reasonsSurchargeNanos: "0",
    monthlyFeeNanos: "0",
    includedUnits: 0,
  };
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const plan = await callRoute(billingRoutes.createPlan, { body: { name, currency, timeZone, prices } });
  return plan.name;
}
