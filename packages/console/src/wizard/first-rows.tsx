/** The first rows as they were read, each column with its type, so that a wrong delimiter or header shows at a glance. */
import { type TableShape, tablesRoutes } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { callRoute } from "../api/call-route.ts";
import { ErrorNotice, Loading, scrollsByKeyboard } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";

const rowCount = 8;
const columnLimit = 40;

export function FirstRows({ table }: { table: TableShape }) {
  const { say, number } = useWords();
  const { number: version, schema } = table.version;
  const rows = useQuery({
    queryKey: ["rows", table.name, version, table.schemaRevision],
    queryFn: () => callRoute(tablesRoutes.listTableRows, { params: { table: table.name }, query: { version, offset: 0, limit: rowCount } }),
  });
  if (rows.isPending) return <Loading />;
  if (rows.isError) return <ErrorNotice error={rows.error} />;
  const shown = schema.slice(0, columnLimit);
  return (
    <section className="scroll framed" aria-label={say("file.preview")} {...scrollsByKeyboard}>
      <table className="table preview">
        <thead>
          <tr>
            {shown.map(({ name, kind }) => (
              <th key={name} className={kind === "numeric" ? "number" : undefined}>
                {name}
                <small>{say(`kind.${kind}`)}</small>
              </th>
            ))}
            {schema.length > columnLimit ? <th>{say("file.moreColumns", { count: number(schema.length - columnLimit) })}</th> : null}
          </tr>
        </thead>
        <tbody>
          {rows.data.rows.map((row, index) => (
            // The place in the table is the row's identity.
            <tr key={`row ${index.toString()}`}>
              {shown.map(({ name, kind }) => (
                <td key={name} className={kind === "numeric" ? "number" : undefined}>
                  {row[name] === null || row[name] === undefined ? <span className="quiet">–</span> : String(row[name])}
                </td>
              ))}
              {schema.length > columnLimit ? <td className="quiet">…</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
