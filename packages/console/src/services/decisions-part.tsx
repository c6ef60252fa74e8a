/** The latest decisions of a service. */
import { servingRoutes } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { addressOf, callRoute } from "../api/call-route.ts";
import { DataTable, ErrorNotice, Loading } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";

export function DecisionsPart({ service }: { service: string }) {
  const { say, time, number } = useWords();
  const decisions = useQuery({
    queryKey: ["decisions", service],
    queryFn: () => callRoute(servingRoutes.listDecisions, { params: { service }, query: { limit: 50 } }),
  });
  if (decisions.isPending) return <Loading />;
  if (decisions.isError) return <ErrorNotice error={decisions.error} />;
  return (
    <section className="card">
      <div className="row apart">
        <h2>{say("decisions.title")}</h2>
        {decisions.data.items.length === 0 ? null : (
          <a className="button small" download href={addressOf(servingRoutes.exportDecisions, { params: { service } })}>
            {say("common.csv")}
          </a>
        )}
      </div>
      {decisions.data.items.length === 0 ? (
        <p className="quiet">{say("decisions.empty")}</p>
      ) : (
        <DataTable
          label={say("decisions.title")}
          head={[
            say("decisions.time"),
            { number: say("decisions.prediction") },
            say("decisions.version"),
            say("decisions.reference"),
            say("decisions.id"),
          ]}
        >
          {decisions.data.items.map((row) => (
            <tr key={row.id}>
              <td className="time">{time(row.recordedAt)}</td>
              <td className="number">{typeof row.prediction === "number" ? number(row.prediction, 4) : row.prediction}</td>
              <td>{row.version}</td>
              <td>{row.reference ?? "–"}</td>
              <td>
                <Link to={`/decisions/${row.id}`}>
                  <code>…{row.id.slice(-8)}</code>
                </Link>
              </td>
            </tr>
          ))}
        </DataTable>
      )}
    </section>
  );
}
