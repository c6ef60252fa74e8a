/** The settings of a service; saving makes a new revision. */
import { billingRoutes, type InputColumnShape, type ServiceShape, servingRoutes } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { Field } from "../design/field.tsx";
import { Form, SubmitButton } from "../design/form.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { ExplanationFields } from "./explanation-fields.tsx";
import { RequiredFields } from "./required-fields.tsx";

const releases = ["none", "metrics", "structure", "parameters", "logic"] as const;
const changeable = ["title", "status", "plan", "explanation", "release", "retentionDays", "required"] as const;
type Settings = Pick<ServiceShape, (typeof changeable)[number]>;

export function SettingsPart({ service, columns }: { service: ServiceShape; columns: readonly InputColumnShape[] }) {
  const { say } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const [settings, setSettings] = useState<Settings>(service);
  const change = (changed: Partial<Settings>) => setSettings({ ...settings, ...changed });
  const body = {
    ...(Object.fromEntries(changeable.map((name) => [name, settings[name]])) as unknown as Settings),
    free: settings.plan === null,
  };
  const isChanged = changeable.some((name) => JSON.stringify(settings[name]) !== JSON.stringify(service[name]));
  const save = useMutation({
    mutationFn: () => callRoute(servingRoutes.changeService, { params: { service: service.name }, body }),
    onSuccess: async (changed) => {
      toast(say("settings.saved", { number: changed.revision }));
      client.setQueryData(["service", service.name], changed);
      await Promise.all([["services"], ["schema", service.name]].map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
  return (
    <Form
      className="card"
      onSend={() => save.mutateAsync()}
      unsaved={isChanged}
      actions={<SubmitButton>{say("common.save")}</SubmitButton>}
    >
      <div className="row apart">
        <h2>{say("settings.title")}</h2>
        <span className="badge">{say("settings.revision", { number: service.revision })}</span>
      </div>
      <div className="fields roomy">
        <SaleFields settings={settings} onChange={change} />
        <ExplanationFields value={settings.explanation} onChange={(explanation) => change({ explanation })} />
        <DisclosureFields settings={settings} onChange={change} />
      </div>
      <RequiredFields columns={columns} value={settings.required} onChange={(required) => change({ required })} />
    </Form>
  );
}

interface PartProps {
  readonly settings: Settings;
  readonly onChange: (changed: Partial<Settings>) => void;
}

/** What is sold, whether it answers, and for how much. */
function SaleFields({ settings, onChange }: PartProps) {
  const { say } = useWords();
  const plans = useQuery({ queryKey: ["plans"], queryFn: () => callRoute(billingRoutes.listPlans, {}) });
  return (
    <>
      <Field label={say("common.title")} name="title">
        <input
          className="input"
          required
          maxLength={200}
          value={settings.title}
          onChange={(event) => onChange({ title: event.target.value })}
        />
      </Field>
      <Field label={say("common.status")} name="status">
        <select
          className="input"
          value={settings.status}
          onChange={(event) => onChange({ status: event.target.value as Settings["status"] })}
        >
          <option value="open">{say("status.open")}</option>
          <option value="paused">{say("status.paused")}</option>
        </select>
      </Field>
      <Field label={say("publish.plan")} name="plan">
        <select
          className="input"
          value={settings.plan ?? ""}
          onChange={(event) => onChange({ plan: event.target.value === "" ? null : event.target.value })}
        >
          <option value="">{say("publish.noPlan")}</option>
          {(plans.data?.items ?? []).map((one) => (
            <option key={one.id} value={one.name}>
              {one.title}
            </option>
          ))}
        </select>
      </Field>
    </>
  );
}

/** What customers see of the model, and how long decisions are kept. */
function DisclosureFields({ settings, onChange }: PartProps) {
  const { say } = useWords();
  return (
    <>
      <Field label={say("settings.release")} name="release">
        <select
          className="input"
          value={settings.release}
          onChange={(event) => onChange({ release: event.target.value as Settings["release"] })}
        >
          {releases.map((level) => (
            <option key={level} value={level}>
              {say(`release.${level}`)}
            </option>
          ))}
        </select>
      </Field>
      <Field label={say("settings.retention")} name="retentionDays">
        <input
          className="input"
          type="number"
          min={1}
          max={36_500}
          required
          value={Number.isNaN(settings.retentionDays) ? "" : settings.retentionDays}
          onChange={(event) => onChange({ retentionDays: event.target.valueAsNumber })}
        />
      </Field>
    </>
  );
}
