/** The settings of a service; saving makes a new revision. */
import { billingRoutes, type ServiceShape, servingRoutes } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { ErrorNotice, Field } from "../design/parts.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { ExplanationFields } from "./explanation-fields.tsx";

const releases = ["none", "metrics", "structure", "parameters", "logic"] as const;

export function SettingsPart({ service }: { service: ServiceShape }) {
  const { say } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const [title, setTitle] = useState(service.title);
  const [plan, setPlan] = useState(service.plan);
  const [explanation, setExplanation] = useState(service.explanation);
  const [release, setRelease] = useState(service.release);
  const [retentionDays, setRetentionDays] = useState(service.retentionDays);
  const [status, setStatus] = useState(service.status);
  const plans = useQuery({ queryKey: ["plans"], queryFn: () => callRoute(billingRoutes.listPlans, {}) });
  const save = useMutation({
    mutationFn: () =>
      callRoute(servingRoutes.changeService, {
        params: { service: service.name },
        body: { title, plan, explanation, release, retentionDays, status },
      }),
    onSuccess: (changed) => {
      toast(say("settings.saved", { number: changed.revision }));
      client.setQueryData(["service", service.name], changed);
    },
  });
  return (
    <form
      className="card"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <div className="row apart">
        <h2>{say("settings.title")}</h2>
        <span className="badge">{say("settings.revision", { number: service.revision })}</span>
      </div>
      <div className="fields">
        <Field label={say("common.title")}>
          <input className="input" required maxLength={200} value={title} onChange={(event) => setTitle(event.target.value)} />
        </Field>
        <Field label={say("common.status")}>
          <select className="input" value={status} onChange={(event) => setStatus(event.target.value as ServiceShape["status"])}>
            <option value="open">{say("status.open")}</option>
            <option value="paused">{say("status.paused")}</option>
          </select>
        </Field>
        <Field label={say("publish.plan")}>
          <select className="input" value={plan ?? ""} onChange={(event) => setPlan(event.target.value === "" ? null : event.target.value)}>
            <option value="">{say("publish.noPlan")}</option>
            {(plans.data?.items ?? []).map((one) => (
              <option key={one.id} value={one.name}>
                {one.title}
              </option>
            ))}
          </select>
        </Field>
        <ExplanationFields value={explanation} onChange={setExplanation} />
        <Field label={say("settings.release")}>
          <select className="input" value={release} onChange={(event) => setRelease(event.target.value as ServiceShape["release"])}>
            {releases.map((level) => (
              <option key={level} value={level}>
                {say(`release.${level}`)}
              </option>
            ))}
          </select>
        </Field>
        <Field label={say("settings.retention")}>
          <input
            className="input"
            type="number"
            min={1}
            max={36_500}
            required
            value={retentionDays}
            onChange={(event) => setRetentionDays(event.target.valueAsNumber)}
          />
        </Field>
      </div>
      <ErrorNotice error={save.error} />
      <div>
        <button type="submit" className="button primary" disabled={save.isPending}>
          {say("common.save")}
        </button>
      </div>
    </form>
  );
}
