/** The last step: a name, a price, how many reasons; then the service is open. */
import { billingRoutes, currencyExponents, type ExplanationPolicy, parseAmount, servingRoutes, type TableShape } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { ErrorNotice, Field } from "../design/parts.tsx";
import { priceOfPlan } from "../home/price-of-plan.ts";
import { useWords } from "../language/language.tsx";
import { ExplanationFields } from "../services/explanation-fields.tsx";

const newPlan = "\u0000new";
const namePattern = "[a-z0-9]([a-z0-9\\-]*[a-z0-9])?";

export function PublishStep({ table, model }: { table: TableShape; model: string }) {
  const { say } = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(model);
  const [title, setTitle] = useState(table.title || table.name);
  const [plan, setPlan] = useState(newPlan);
  const [price, setPrice] = useState("0.25");
  const [currency, setCurrency] = useState("EUR");
  const [explanation, setExplanation] = useState<ExplanationPolicy>({ kind: "top", count: 5 });
  const plans = useQuery({ queryKey: ["plans"], queryFn: () => callRoute(billingRoutes.listPlans, {}) });
  const priceNanos = parseAmount(price);
  const isPriceWrong = plan === newPlan && (priceNanos === undefined || priceNanos < 0n);
  const publish = useMutation({
    mutationFn: async () => {
      const chosen = plan === newPlan ? await makePlan(name, currency, priceNanos ?? 0n) : plan;
      return callRoute(servingRoutes.createService, { body: { name, title, model, explanation, plan: chosen === "" ? null : chosen } });
    },
    onSuccess: async (service) => {
      await client.invalidateQueries();
      await navigate(`/services/${service.name}`);
    },
    onError: () => client.invalidateQueries({ queryKey: ["plans"] }),
  });
  return (
    <form
      className="card"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isPriceWrong) publish.mutate();
      }}
    >
      <h2>{say("publish.title")}</h2>
      <div className="fields">
        <Field label={say("common.title")}>
          <input className="input" required maxLength={200} value={title} onChange={(event) => setTitle(event.target.value)} />
        </Field>
        <Field label={say("publish.name")}>
          <input
            className="input"
            required
            pattern={namePattern}
            maxLength={64}
            title={say("common.nameHint")}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label={say("publish.plan")}>
          <select className="input" value={plan} onChange={(event) => setPlan(event.target.value)}>
            <option value={newPlan}>{say("publish.newPlan")}</option>
            {(plans.data?.items ?? []).map((one) => (
              <option key={one.id} value={one.name}>
                {one.title} ({priceOfPlan(one)})
              </option>
            ))}
            <option value="">{say("publish.noPlan")}</option>
          </select>
        </Field>
        {plan === newPlan ? (
          <>
            <Field label={say("publish.price")}>
              <input
                className="input"
                required
                inputMode="decimal"
                aria-invalid={isPriceWrong}
                value={price}
                onChange={(event) => setPrice(event.target.value)}
              />
            </Field>
            <Field label={say("publish.currency")}>
              <select className="input" value={currency} onChange={(event) => setCurrency(event.target.value)}>
                {[...currencyExponents.keys()].sort().map((code) => (
                  <option key={code} value={code}>
                    {code}
                  </option>
                ))}
              </select>
            </Field>
          </>
        ) : null}
        <ExplanationFields value={explanation} onChange={setExplanation} />
      </div>
      {isPriceWrong ? <p className="notice bad">{say("publish.priceInvalid")}</p> : null}
      <ErrorNotice error={publish.error} />
      <div>
        <button type="submit" className="button primary" disabled={publish.isPending || isPriceWrong}>
          {say("publish.submit")}
        </button>
      </div>
    </form>
  );
}

/** A plan of one price, named after the service; days and months are those of the reader's time zone. */
async function makePlan(name: string, currency: string, priceNanos: bigint): Promise<string> {
  const prices = {
    tiers: [{ upTo: null, priceNanos: String(priceNanos) }],
    valueShare: null,
    reasonsSurchargeNanos: "0",
    monthlyFeeNanos: "0",
    includedUnits: 0,
  };
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const plan = await callRoute(billingRoutes.createPlan, { body: { name, currency, timeZone, prices } });
  return plan.name;
}
