/** The columns of a table with what they are, when they are known and how their values are spread; corrected in place. */
import type { ColumnProfileShape, TableShape } from "@megalith/contract";
import { Spark } from "../charts/spark.tsx";
import { DataTable } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";

type SchemaColumn = TableShape["version"]["schema"][number];
export type Correction = Partial<Pick<SchemaColumn, "kind" | "known">>;
const kinds = ["numeric", "boolean", "category", "date"] as const;

interface ColumnTableProps {
  readonly columns: readonly SchemaColumn[];
  readonly profiles: readonly ColumnProfileShape[];
  readonly target: string;
  readonly ignored: readonly string[];
  readonly onIgnored: (names: readonly string[]) => void;
  readonly onCorrect: (name: string, correction: Correction) => void;
}

export function ColumnTable({ columns, profiles, target, ignored, onIgnored, onCorrect }: ColumnTableProps) {
  const { say } = useWords();
  const profileOf = new Map(profiles.map((profile) => [profile.name, profile]));
  return (
    <DataTable
      label={say("columns.list")}
      look="stacked"
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
      {columns.map((column) => (
        <ColumnRow
          key={column.name}
          column={column}
          profile={profileOf.get(column.name)}
          isTarget={column.name === target}
          used={!ignored.includes(column.name)}
          onUse={(used) => onIgnored(used ? ignored.filter((name) => name !== column.name) : [...ignored, column.name])}
          onCorrect={(correction) => onCorrect(column.name, correction)}
        />
      ))}
    </DataTable>
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
    <tr className={used || isTarget ? undefined : "unused"}>
      <td className="mark">
        <input
          type="checkbox"
          aria-label={`${say("columns.use")}: ${column.name}`}
          checked={used && !isTarget}
          disabled={isTarget}
          onChange={(event) => onUse(event.target.checked)}
        />
      </td>
      <td className="wrap lead">
        {column.name} {isTarget ? <span className="badge good">{say("columns.target")}</span> : null}
      </td>
      <td>
        <KindSelect column={column} onCorrect={onCorrect} />
      </td>
      <td>
        <KnownSelect column={column} onCorrect={onCorrect} />
      </td>
      <td>{profile === undefined ? null : <Spark counts={profile.histogram?.counts ?? profile.top?.map(({ count }) => count) ?? []} />}</td>
      <td className="number" data-label={say("columns.missing")}>
        {number(profile?.missing ?? 0)}
      </td>
      <td className="number" data-label={say("columns.distinct")}>
        {number(profile?.distinct ?? 0)}
      </td>
    </tr>
  );
}

function KindSelect({ column, onCorrect }: Pick<ColumnRowProps, "column" | "onCorrect">) {
  const { say } = useWords();
  return (
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
  );
}

function KnownSelect({ column, onCorrect }: Pick<ColumnRowProps, "column" | "onCorrect">) {
  const { say } = useWords();
  return (
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
  );
}
