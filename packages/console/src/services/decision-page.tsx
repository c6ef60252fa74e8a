/** One decision as it was answered, asked again to show that it is the same. */
import { servingRoutes } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { DataTable, ErrorNotice, Loading, PageHead } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { Answer } from "./answer.tsx";

export function DecisionPage() {
  const { decision: id = "" } = useParams();
  const { say, time } = useWords();
  const found = useQuery({
    queryKey: ["decision", id],
    queryFn: () => callRoute(servingRoutes.readDecision, { params: { decision: id } }),
  });
  if (found.isPending) return <Loading />;
  if (found.isError) return <ErrorNotice error={found.error} />;
  const { decision, input, service, recordedAt, replay } = found.data;
  return (
    <div className="page">
      <PageHead title={say("decision.title")} lead={`${service} · ${time(recordedAt)}`} />
      <p className={replay.identical ? "notice good" : "notice bad"}>
        {say(replay.identical ? "decision.replay" : "decision.replayDiffers")}
      </p>
      <div className="two">
        <section className="card">
          <Answer decision={decision} target={service} positive={null} />
        </section>
        <section className="card">
          <h2>{say("decision.input")}</h2>
          <DataTable label={say("decision.input")} head={[say("file.column"), say("columns.spread")]}>
            {Object.entries(input).map(([name, value]) => (
              <tr key={name}>
                <td className="wrap">{name}</td>
                <td>{value === null ? say("try.missing") : String(value)}</td>
              </tr>
            ))}
          </DataTable>
        </section>
      </div>
    </div>
  );
}
