/** How good a version is: figures with intervals, calibration, what it looks at, and columns that may know the answer. */
import { isMessageKey, type VersionDetailShape } from "@megalith/contract";
import { lazy, Suspense, useState } from "react";
import type { CalibrationPoint } from "../charts/calibration-chart.tsx";
import { DataTable, Loading } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";

const CalibrationChart = lazy(async () => ({ default: (await import("../charts/calibration-chart.tsx")).CalibrationChart }));

interface Leak {
  readonly column: string;
  readonly verdict: string;
  readonly reason: string;
  readonly evidence: Readonly<Record<string, number | string>>;
}

/** The part of a card that is shown; a card from elsewhere may lack any of it. */
interface ShownCard {
  readonly evaluation?: {
    readonly scheme: "folds" | "holdout" | "time" | "validation";
    readonly splits: number;
    readonly rows: number;
    readonly calibration: readonly CalibrationPoint[];
  };
  readonly leaks?: readonly Leak[];
  readonly importances?: readonly { readonly column: string; readonly share: number }[];
}

const importancesShown = 10;
const leading = ["auc", "r2", "accuracy"];

/** The figure that most people ask for comes first. */
function byImportance([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return Number(leading.includes(b)) - Number(leading.includes(a));
}

interface TrainingResultProps {
  readonly version: VersionDetailShape;
  readonly busy: boolean;
  readonly onKeep: (columns: readonly string[]) => void;
  readonly onDone: () => void;
}

export function TrainingResult({ version, busy, onKeep, onDone }: TrainingResultProps) {
  const { say, number } = useWords();
  const { evaluation, leaks = [], importances = [] } = version.card as ShownCard;
  const most = importances[0]?.share || 1;
  const word = (key: string, fallback: string) => (isMessageKey(key) ? say(key) : fallback);
  return (
    <>
      <div className="row apart">
        <h2>{say("training.done")}</h2>
        <button type="button" className="button primary" onClick={onDone}>
          {say("common.next")}
        </button>
      </div>
      <dl className="grid narrow">
        {Object.entries(version.metrics)
          .sort(byImportance)
          .map(([name, metric]) => (
            <div key={name} className="card figure">
              <dt className="small quiet">{word(`metric.${name}`, name)}</dt>
              <dd className="figure-value">{number(metric.value, 3)}</dd>
              {metric.low === undefined || metric.high === undefined ? null : (
                <dd className="small quiet">{say("training.interval", { low: number(metric.low, 3), high: number(metric.high, 3) })}</dd>
              )}
            </div>
          ))}
      </dl>
      {evaluation === undefined ? null : (
        <p className="quiet">
          {say("training.rows", {
            rows: number(evaluation.rows),
            scheme: say(`training.scheme.${evaluation.scheme}`, { count: evaluation.splits }),
          })}
        </p>
      )}
      <div className="two">
        <section className="card">
          <h2>{say("training.importance")}</h2>
          <ul className="stack">
            {importances.slice(0, importancesShown).map(({ column, share }) => (
              <li key={column} className="bar-row">
                <span>{column.replaceAll("_", " ")}</span>
                <span className="number">{number(share * 100, 1)}%</span>
                <span className="track">
                  <i style={{ left: 0, width: `${(share / most) * 100}%` }} />
                </span>
              </li>
            ))}
          </ul>
        </section>
        {evaluation === undefined || evaluation.calibration.length === 0 ? null : (
          <section className="card">
            <h2>{say("training.calibration")}</h2>
            <p className="small quiet">{say("training.calibrationText")}</p>
            <Suspense fallback={<Loading />}>
              <CalibrationChart
                label={say("training.calibration")}
                axes={[say("training.predicted"), say("training.observed")]}
                points={evaluation.calibration}
              />
            </Suspense>
          </section>
        )}
      </div>
      <Leaks leaks={leaks} busy={busy} onKeep={onKeep} />
    </>
  );
}

function Leaks({ leaks, busy, onKeep }: Pick<TrainingResultProps, "busy" | "onKeep"> & { readonly leaks: readonly Leak[] }) {
  const { say, number } = useWords();
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set());
  const word = (key: string, fallback: string, value = "") => (isMessageKey(key) ? say(key, { value }) : fallback);
  return (
    <section className="card">
      <h2>{say("training.leaks")}</h2>
      {leaks.length === 0 ? (
        <p className="quiet">{say("training.noLeaks")}</p>
      ) : (
        <DataTable
          label={say("training.leaks")}
          head={[say("leak.kept"), say("file.column"), say("training.verdict"), say("training.evidence")]}
        >
          {leaks.map((leak) => (
            <tr key={leak.column}>
              <td>
                <input
                  type="checkbox"
                  aria-label={`${say("leak.kept")}: ${leak.column}`}
                  disabled={leak.verdict === "kept"}
                  checked={leak.verdict === "kept" || kept.has(leak.column)}
                  onChange={(event) =>
                    setKept(new Set(event.target.checked ? [...kept, leak.column] : [...kept].filter((name) => name !== leak.column)))
                  }
                />
              </td>
              <td>{leak.column}</td>
              <td>
                <span className={leak.verdict === "kept" ? "badge" : "badge warn"}>{word(`leak.${leak.verdict}`, leak.verdict)}</span>
              </td>
              <td className="wrap">
                {word(`leak.${leak.reason}`, leak.reason)}
                <br />
                <span className="quiet">
                  {Object.entries(leak.evidence)
                    .filter(([name]) => isMessageKey(`evidence.${name}`))
                    .map(([name, value]) => word(`evidence.${name}`, name, typeof value === "number" ? number(value, 3) : value))
                    .join(" · ")}
                </span>
              </td>
            </tr>
          ))}
        </DataTable>
      )}
      {kept.size === 0 ? null : (
        <div>
          <button type="button" className="button" disabled={busy} onClick={() => onKeep([...kept])}>
            {say("training.keep")}
          </button>
        </div>
      )}
    </section>
  );
}
