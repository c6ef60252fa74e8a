/** One decision as it was answered, asked again to show that it is the same, and what turned out to be true. */
import { type ReplyOf, servingRoutes } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { CopyButton, DataTable, Loading, PageHead } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { PageFault } from "../page-fault.tsx";
import { Answer } from "./answer.tsx";
import { labelOf } from "./label-of.ts";
import { LabelsPart } from "./labels-part.tsx";
import { useCustomerTitles } from "./use-customer-titles.ts";

type Stored = ReplyOf<typeof servingRoutes.readDecision>;

export function DecisionPage() {
  const { decision: id = "" } = useParams();
  const { say, exactTime } = useWords();
  const found = useQuery({
    queryKey: ["decision", id],
    queryFn: () => callRoute(servingRoutes.readDecision, { params: { decision: id } }),
  });
  const name = found.data?.service ?? "";
  const schema = useQuery({
    queryKey: ["schema", name],
    queryFn: () => callRoute(servingRoutes.readServiceSchema, { params: { service: name } }),
    enabled: name !== "",
  });
  const service = useQuery({
    queryKey: ["service", name],
    queryFn: () => callRoute(servingRoutes.readService, { params: { service: name } }),
    enabled: name !== "",
  });
  if (found.isPending || (name !== "" && schema.isPending)) return <Loading />;
  if (found.isError) return <PageFault error={found.error} />;
  const { decision, recordedAt, replay, labels, input } = found.data;
  return (
    <div className="page">
      <PageHead
        title={say("decision.title")}
        trail={[
          { to: "/", label: say("nav.services") },
          { to: `/services/${name}?tab=decisions`, label: service.data?.title ?? name },
        ]}
        badge={
          <span className={replay.identical ? "badge good" : "badge warn"} title={say("decision.replayHint")}>
            {say(replay.identical ? "decision.replay" : "decision.replayDiffers")}
          </span>
        }
        lead={exactTime(recordedAt)}
      />
      <div className="two">
        <div className="stack loose">
          <section className="card">
            <Answer decision={decision} target={schema.data?.target ?? name} positive={schema.data?.positive ?? null} />
          </section>
          <LabelsPart decision={id} labels={labels} classes={schema.data?.classes ?? []} />
        </div>
        <div className="stack loose">
          <Facts stored={found.data} />
          <Input input={input} />
        </div>
      </div>
    </div>
  );
}

function Facts({ stored }: { stored: Stored }) {
  const { say, exactTime } = useWords();
  const customers = useCustomerTitles();
  const { decision, id, subject, revision, customer, eventTime, recordedAt } = stored;
  return (
    <section className="card">
      <dl className="facts plain-facts">
        <dt>{say("decisions.id")}</dt>
        <dd className="row tight">
          <code>{id}</code> <CopyButton text={id} />
        </dd>
        {customers === undefined || customer === null ? null : (
          <>
            <dt>{say("decisions.customer")}</dt>
            <dd>
              <Link to={`/customers/${customer}`}>{customers.get(customer) ?? customer}</Link>
            </dd>
          </>
        )}
        <dt>{say("decisions.reference")}</dt>
        <dd>{decision.reference ?? "–"}</dd>
        <dt>{say("decision.subject")}</dt>
        <dd>{subject ?? "–"}</dd>
        {eventTime === recordedAt ? null : (
          <>
            <dt>{say("decision.eventTime")}</dt>
            <dd>{exactTime(eventTime)}</dd>
          </>
        )}
        <dt>{say("decisions.version")}</dt>
        <dd>
          {decision.version.number} · <code title={decision.version.sha256}>{decision.version.sha256.slice(0, 16)}…</code>
        </dd>
        <dt>{say("decision.revision")}</dt>
        <dd>{say("settings.revision", { number: revision })}</dd>
      </dl>
    </section>
  );
}

function Input({ input }: Pick<Stored, "input">) {
  const { say } = useWords();
  return (
    <section className="card">
      <h2>{say("decision.input")}</h2>
      <DataTable label={say("decision.input")} head={[say("file.column"), say("decision.value")]}>
        {Object.entries(input).map(([name, value]) => (
          <tr key={name}>
            <td className="wrap quiet">{labelOf(name)}</td>
            <td className="wrap">{value === null ? <span className="quiet">{say("try.missing")}</span> : String(value)}</td>
          </tr>
        ))}
      </DataTable>
    </section>
  );
}
