/** The last step: a name, a price, how many reasons; then the service is open. */
import { billingRoutes, type ExplanationPolicy, servingRoutes, type TableShape } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useNavigate } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { Field } from "../design/field.tsx";
import { Form, SubmitButton } from "../design/form.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { ExplanationFields } from "../services/explanation-fields.tsx";
import { namePattern } from "./address-name.ts";
import { CompleteField } from "./complete-field.tsx";
import { makePlan, newPlan, type Price, PriceFields } from "./price-fields.tsx";
import { StepTitle } from "./step-title.tsx";

export function PublishStep({ table, model }: { table: TableShape; model: string }) {
  const { say } = useWords();
  const [name, setName] = useState(model);
  const [title, setTitle] = useState(table.title || table.name);
  const [price, setPrice] = useState<Price>({ plan: newPlan, amount: "0.25", currency: "EUR" });
  const [explanation, setExplanation] = useState<ExplanationPolicy>({ kind: "top", count: 5 });
  const [required, setRequired] = useState<string[]>([]);
  const [isTouched, setTouched] = useState(false);
  const plans = useQuery({ queryKey: ["plans"], queryFn: () => callRoute(billingRoutes.listPlans, {}) });
  const publish = usePublish();
  const noting =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      setTouched(true);
      set(value);
    };
  return (
    <Form
      className="card"
      onSend={() => publish({ name, title, model, explanation, price, required })}
      unsaved={isTouched}
      codes={{ "serving.service_name_taken": "name", "billing.plan_name_taken": "name" }}
      actions={<SubmitButton>{say("publish.submit")}</SubmitButton>}
    >
      <StepTitle step="service">{say("publish.title")}</StepTitle>
      <div className="fields roomy">
        <Field label={say("common.title")} name="title" hint={say("publish.titleHint")}>
          <input className="input" required maxLength={200} value={title} onChange={(event) => noting(setTitle)(event.target.value)} />
        </Field>
        <Field label={say("publish.name")} name="name" hint={say("common.nameHint")}>
          <input
            className="input"
            required
            pattern={namePattern}
            maxLength={64}
            title={say("common.nameHint")}
            value={name}
            onChange={(event) => noting(setName)(event.target.value)}
          />
        </Field>
        <PriceFields plans={plans.data?.items ?? []} value={price} onChange={noting(setPrice)} />
        <ExplanationFields value={explanation} onChange={noting(setExplanation)} />
      </div>
      <CompleteField model={model} value={required} onChange={noting(setRequired)} />
    </Form>
  );
}

interface Publication {
  readonly name: string;
  readonly title: string;
  readonly model: string;
  readonly explanation: ExplanationPolicy;
  readonly price: Price;
  readonly required: string[];
}

/** Makes the plan if there is none, and the service; a plan that was made before the service was refused is used again. */
function usePublish() {
  const { say } = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const made = useRef<{ readonly plan: string; readonly amount: string; readonly currency: string }>(undefined);
  const planOf = async (name: string, { plan, amount, currency }: Price) => {
    if (plan !== newPlan) return plan === "" ? null : plan;
    if (made.current?.amount !== amount || made.current.currency !== currency)
      made.current = { plan: await makePlan(name, currency, amount), amount, currency };
    return made.current.plan;
  };
  const create = useMutation({
    mutationFn: async ({ price, ...service }: Publication) => {
      const plan = await planOf(service.name, price);
      return callRoute(servingRoutes.createService, { body: { ...service, plan, free: plan === null } });
    },
    onSuccess: async (service) => {
      await client.invalidateQueries();
      toast(say("publish.done", { title: service.title }));
      await navigate(`/services/${service.name}`);
    },
  });
  return create.mutateAsync;
}
