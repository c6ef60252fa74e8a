/** The latest decisions of a service, and more of them on demand. */
import { type ReplyOf, type ServiceSchemaShape, servingRoutes } from "@megalith/contract";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { addressOf, callRoute } from "../api/call-route.ts";
import { DataTable, ErrorNotice, Loading } from "../design/parts.tsx";
import { useWords, type Words } from "../language/language.tsx";
import { digitsOf } from "./digits-of.ts";
import { useCustomerTitles } from "./use-customer-titles.ts";

type Row = ReplyOf<typeof servingRoutes.listDecisions>["items"][number];
const pageLength = 50;

export function DecisionsPart({ schema }: { schema: ServiceSchemaShape }) {
  const { service } = schema;
  const { say } = useWords();
  const decisions = useInfiniteQuery({
    queryKey: ["decisions", service],
    queryFn: ({ pageParam }) =>
      callRoute(servingRoutes.listDecisions, {
        params: { service },
        query: { limit: pageLength, ...(pageParam === null ? {} : { after: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  if (decisions.isPending) return <Loading />;
  if (decisions.isError) return <ErrorNotice error={decisions.error} />;
  const rows = decisions.data.pages.flatMap(({ items }) => items);
  if (rows.length === 0)
    return (
      <section className="card empty">
        <h2>{say("decisions.empty")}</h2>
        <p className="quiet">{say("decisions.emptyText")}</p>
      </section>
    );
  return (
    <section className="card">
      <div className="row apart">
        <h2>{say("decisions.title")}</h2>
        <a className="button small" download href={addressOf(servingRoutes.exportDecisions, { params: { service } })}>
          {say("common.csv")}
        </a>
      </div>
      <DecisionTable rows={rows} schema={schema} />
      {decisions.hasNextPage ? (
        <div>
          <button type="button" className="button" disabled={decisions.isFetchingNextPage} onClick={() => void decisions.fetchNextPage()}>
            {say("decisions.more")}
          </button>
        </div>
      ) : null}
    </section>
  );
}

function DecisionTable({ rows, schema }: { rows: readonly Row[]; schema: ServiceSchemaShape }) {
  const words = useWords();
  const { say, exactTime } = words;
  const customers = useCustomerTitles();
  const word = answersInWords(rows, schema, words);
  return (
    <DataTable
      label={say("decisions.title")}
      head={[
        say("decisions.time"),
        schema.task === "multiclass" ? say("decisions.prediction") : { number: say("decisions.prediction") },
        ...(customers === undefined ? [] : [say("decisions.customer")]),
        say("decisions.reference"),
        { number: say("decisions.version") },
        say("decisions.id"),
      ]}
    >
      {rows.map((row) => (
        <tr key={row.id}>
          <td>
            <Link to={`/decisions/${row.id}`}>{exactTime(row.recordedAt)}</Link>
          </td>
          <td className={schema.task === "multiclass" ? undefined : "number"}>{word(row.prediction)}</td>
          {customers === undefined ? null : (
            <td className="clipped">
              {row.customer === null ? (
                <span className="quiet">{say("decisions.provider")}</span>
              ) : (
                <Link to={`/customers/${row.customer}`}>{customers.get(row.customer) ?? `…${row.customer.slice(-8)}`}</Link>
              )}
            </td>
          )}
          <td className="clipped">{row.reference ?? <span className="quiet">–</span>}</td>
          <td className="number">{row.version}</td>
          <td>
            <code className="quiet" title={row.id}>
              …{row.id.slice(-8)}
            </code>
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

/** All answers of a list with as many digits, so that their points stand in line. */
function answersInWords(
  rows: readonly Row[],
  { task }: ServiceSchemaShape,
  { percent, language }: Words,
): (answer: Row["prediction"]) => string {
  if (task === "binary") return (answer) => (typeof answer === "number" ? percent(answer) : answer);
  const largest = Math.max(0, ...rows.map(({ prediction }) => (typeof prediction === "number" ? Math.abs(prediction) : 0)));
  const digits = digitsOf(largest);
  const plain = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return (answer) => (typeof answer === "number" ? plain.format(answer) : answer);
}
