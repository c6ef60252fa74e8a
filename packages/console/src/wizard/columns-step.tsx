/** The second step: what to predict, what each column is, and when it is known. */
import { type ColumnProfileShape, type TableProfileShape, type TableShape, tablesRoutes, trainingRoutes } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { Spark } from "../charts/spark.tsx";
import { DataTable, ErrorNotice, Field, Loading } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";

type SchemaColumn = TableShape["version"]["schema"][number];
type Correction = Partial<Pick<SchemaColumn, "kind" | "known">>;
const kinds = ["numeric", "boolean", "category", "date"] as const;

export function ColumnsStep({ table: current, onDone }: { table: TableShape; onDone: (job: string) => void }) {
  const { say } = useWords();
  const client = useQueryClient();
  const [target, setTarget] = useState("");
  const [positive, setPositive] = useState<string | undefined>();
  const [ignored, setIgnored] = useState<ReadonlySet<string>>(new Set());
  const profile = useQuery({
    queryKey: ["profile", current.name, current.version.number, current.schemaRevision, target],
    queryFn: () => callRoute(tablesRoutes.readTableProfile, { params: { table: current.name }, query: target === "" ? {} : { target } }),
    placeholderData: (before) => before,
  });
  const correct = useMutation({
    mutationFn: (columns: Record<string, Correction>) =>
      callRoute(tablesRoutes.correctTableSchema, { params: { table: current.name }, body: { columns } }),
    onSuccess: (table) => client.setQueryData(["table", table.name], table),
  });
  const start = useMutation({
    mutationFn: () => {
      const chosen = positive ?? (balance?.classes?.length === 2 ? balance.classes.at(-1)?.value : undefined);
      const body = { table: current.name, target, ignore: [...ignored], ...(chosen === undefined ? {} : { positive: chosen }) };
      return callRoute(trainingRoutes.startTraining, { params: { model: current.name }, body });
    },
    onSuccess: (job) => onDone(job.id),
  });
  const balance = target === "" ? undefined : profile.data?.target;
  if (profile.isError) return <ErrorNotice error={profile.error} />;
  if (profile.isPending) return <Loading />;
  return (
    <>
      <section className="card">
        <h2>{say("columns.title")}</h2>
        <div className="fields">
          <Field label={say("columns.target")} hint={say("columns.targetHint")}>
            <select
              className="input"
              value={target}
              onChange={(event) => {
                setTarget(event.target.value);
                setPositive(undefined);
              }}
            >
              <option value="" />
              {current.version.schema.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </Field>
          {balance?.classes?.length === 2 ? (
            <Field label={say("columns.positive")}>
              <select
                className="input"
                value={positive ?? balance.classes.at(-1)?.value}
                onChange={(event) => setPositive(event.target.value)}
              >
                {balance.classes.map(({ value }) => (
                  <option key={value} value={value}>
                    {value}
                  </option>
                ))}
              </select>
            </Field>
          ) : null}
        </div>
        {balance === undefined ? null : <Balance balance={balance} />}
        <ErrorNotice error={start.error} />
        <div className="row">
          <button
            type="button"
            className="button primary"
            disabled={target === "" || balance === undefined || start.isPending}
            onClick={() => start.mutate()}
          >
            {say("columns.train")}
          </button>
          {target === "" ? <span className="small quiet">{say("columns.pickTarget")}</span> : null}
        </div>
      </section>
      <section className="card">
        <h2>{say("columns.list")}</h2>
        <ErrorNotice error={correct.error} />
        <DataTable
          label={say("columns.list")}
          head={[
            say("columns.use"),
            say("file.column"),
            say("columns.kind"),
            say("columns.known"),
            say("columns.spread"),
            { number: say("columns.missing") },
            { number: say("columns.distinct") },
          ]}
        >
          {current.version.schema.map((column) => (
            <ColumnRow
              key={column.name}
              column={column}
              profile={profile.data.columns.find(({ name }) => name === column.name)}
              isTarget={column.name === target}
              used={!ignored.has(column.name)}
              onUse={(used) => setIgnored(new Set(used ? [...ignored].filter((name) => name !== column.name) : [...ignored, column.name]))}
              onCorrect={(correction) => correct.mutate({ [column.name]: correction })}
            />
          ))}
        </DataTable>
      </section>
    </>
  );
}

function Balance({ balance }: { balance: NonNullable<TableProfileShape["target"]> }) {
  const { say, number } = useWords();
  return (
    <div className="stack">
      <h3>{say("columns.balance")}</h3>
      <ul className="stack">
        {(balance.classes ?? []).slice(0, 12).map(({ value, count, share }) => (
          <li key={value} className="bar-row">
            <span>{value}</span>
            <span className="number">
              {number(count)} · {number(share * 100, 1)}%
            </span>
            <span className="track">
              <i style={{ left: 0, width: `${share * 100}%` }} />
            </span>
          </li>
        ))}
      </ul>
      {balance.summary === undefined ? null : (
        <p>{say("columns.range", { min: number(balance.summary.min, 2), max: number(balance.summary.max, 2) })}</p>
      )}
      {balance.missing === 0 ? null : <p className="small quiet">{say("columns.balanceMissing", { count: number(balance.missing) })}</p>}
    </div>
  );
}

interface ColumnRowProps {
  readonly column: SchemaColumn;
  readonly profile: ColumnProfileShape | undefined;
  readonly isTarget: boolean;
  readonly used: boolean;
  readonly onUse: (used: boolean) => void;
  readonly onCorrect: (correction: Correction) => void;
}

function ColumnRow({ column, profile, isTarget, used, onUse, onCorrect }: ColumnRowProps) {
  const { say, number } = useWords();
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={`${say("columns.use")}: ${column.name}`}
          checked={used && !isTarget}
          disabled={isTarget}
          onChange={(event) => onUse(event.target.checked)}
        />
      </td>
      <td className="wrap">
        {column.name} {isTarget ? <span className="badge good">{say("columns.target")}</span> : null}
      </td>
      <td>
        <select
          className="input compact"
          aria-label={`${say("columns.kind")}: ${column.name}`}
          value={column.kind}
          onChange={(event) => onCorrect({ kind: event.target.value as SchemaColumn["kind"] })}
        >
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {say(`kind.${kind}`)}
            </option>
          ))}
        </select>
      </td>
      <td>
        <select
          className="input compact"
          aria-label={`${say("columns.known")}: ${column.name}`}
          value={column.known ?? ""}
          onChange={(event) => onCorrect({ known: event.target.value === "" ? null : (event.target.value as "before" | "after") })}
        >
          <option value="">{say("columns.known.unset")}</option>
          <option value="before">{say("columns.known.before")}</option>
          <option value="after">{say("columns.known.after")}</option>
        </select>
      </td>
      <td>{profile === undefined ? null : <Spark counts={profile.histogram?.counts ?? profile.top?.map(({ count }) => count) ?? []} />}</td>
      <td className="number">{number(profile?.missing ?? 0)}</td>
      <td className="number">{number(profile?.distinct ?? 0)}</td>
    </tr>
  );
}
