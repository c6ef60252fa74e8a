/** One decision as it was answered, asked again to show that it is the same, and what turned out to be true. */
import { type ReplyOf, servingRoutes } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { CopyButton, DataTable, ErrorNotice, Loading, PageHead } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { Answer } from "./answer.tsx";
import { LabelsPart } from "./labels-part.tsx";

export function DecisionPage() {
  const { decision: id = "" } = useParams();
  const { say, time } = useWords();
  const found = useQuery({
    queryKey: ["decision", id],
    queryFn: () => callRoute(servingRoutes.readDecision, { params: { decision: id } }),
  });
  const service = found.data?.service ?? "";
  const schema = useQuery({
    queryKey: ["schema", service],
    queryFn: () => callRoute(servingRoutes.readServiceSchema, { params: { service } }),
    enabled: service !== "",
  });
  if (found.isPending || (service !== "" && schema.isPending)) return <Loading />;
  if (found.isError) return <ErrorNotice error={found.error} />;
  const { decision, input, recordedAt, replay } = found.data;
  return (
    <div className="page">
      <PageHead
        title={say("decision.title")}
        lead={
          <>
            <Link to={`/services/${service}`}>{service}</Link> · {time(recordedAt)}
          </>
        }
      >
        <span className={replay.identical ? "badge good" : "badge warn"} title={say("decision.replayHint")}>
          {say(replay.identical ? "decision.replay" : "decision.replayDiffers")}
        </span>
      </PageHead>
      <div className="two">
        <section className="card">
          <Answer decision={decision} target={schema.data?.target ?? service} positive={schema.data?.positive ?? null} />
        </section>
        <div className="stack loose">
          <Facts stored={found.data} />
          <LabelsPart decision={id} labels={found.data.labels} classes={schema.data?.classes ?? []} />
          <section className="card">
            <h2>{say("decision.input")}</h2>
            <DataTable label={say("decision.input")} head={[say("file.column"), say("decision.value")]}>
              {Object.entries(input).map(([name, value]) => (
                <tr key={name}>
                  <td className="wrap">{name.replaceAll("_", " ")}</td>
                  <td className="wrap">{value === null ? <span className="quiet">{say("try.missing")}</span> : String(value)}</td>
                </tr>
              ))}
            </DataTable>
          </section>
        </div>
      </div>
    </div>
  );
}

function Facts({ stored }: { stored: ReplyOf<typeof servingRoutes.readDecision> }) {
  const { say } = useWords();
  const { decision, id, subject, revision } = stored;
  return (
    <section className="card">
      <dl className="facts">
        <dt>{say("decisions.id")}</dt>
        <dd>
          <code>{id}</code> <CopyButton text={id} />
        </dd>
        <dt>{say("decisions.reference")}</dt>
        <dd>{decision.reference ?? "–"}</dd>
        <dt>{say("decision.subject")}</dt>
        <dd>{subject ?? "–"}</dd>
        <dt>{say("decisions.version")}</dt>
        <dd>
          {decision.version.number} · <code title={decision.version.sha256}>{decision.version.sha256.slice(0, 16)}…</code>
        </dd>
        <dt>{say("decision.revision")}</dt>
        <dd>{revision}</dd>
      </dl>
    </section>
  );
}
