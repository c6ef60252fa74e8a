/** How good a version is: figures with intervals, the rows they were measured on, what it looks at, and calibration. */
import { isMessageKey, type VersionDetailShape, wordProblem } from "@megalith/contract";
import { lazy, Suspense } from "react";
import { Bars } from "../charts/bars.tsx";
import { type Figure, Figures } from "../design/figures.tsx";
import { Loading } from "../design/parts.tsx";
import { useWords, type Words } from "../language/language.tsx";
import { cardOf, sortedMetrics } from "./card.ts";
import { digitsOf } from "./digits-of.ts";
import { labelOf } from "./label-of.ts";

const CalibrationChart = lazy(async () => ({ default: (await import("../charts/calibration-chart.tsx")).CalibrationChart }));
const importancesShown = 10;

export function VersionCard({ version }: { version: VersionDetailShape }) {
  const { evaluation, importances = [] } = cardOf(version);
  return (
    <>
      <Metrics version={version} />
      <div className="two">
        <Importances importances={importances} />
        {evaluation === undefined || evaluation.calibration.length === 0 ? null : <Calibration points={evaluation.calibration} />}
      </div>
    </>
  );
}

function Metrics({ version }: { version: VersionDetailShape }) {
  const { say, number, language } = useWords();
  const { evaluation, rounds, warnings = [] } = cardOf(version);
  const figures = sortedMetrics(version.metrics).map(([name, metric]) => figureOf(name, metric, { say, language }));
  return (
    <div className="stack tight">
      <Figures figures={figures} />
      {warnings.map((warning) => (
        <p key={warning.code} className="notice warn">
          {wordProblem(language, warning).message}
        </p>
      ))}
      {evaluation === undefined ? null : (
        <p className="small quiet">
          {say("training.rows", {
            rows: number(evaluation.rows),
            scheme: say(`training.scheme.${evaluation.scheme}`, { count: evaluation.splits }),
          })}
          {rounds === undefined || rounds.by === "given" ? "" : ` ${say("training.rounds", { rounds: number(rounds.rounds) })}`}
        </p>
      )}
    </div>
  );
}

/** With its interval and the constant's figure, all with as many digits. */
function figureOf(
  name: string,
  { value, low, high, constant }: VersionDetailShape["metrics"][string],
  { say, language }: Pick<Words, "say" | "language">,
): Figure {
  const key = `metric.${name}`;
  const digits = Math.min(3, digitsOf(value));
  const { format } = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return {
    label: isMessageKey(key) ? say(key) : name,
    value: format(value),
    notes: [
      ...(low === undefined || high === undefined ? [] : [say("training.interval", { low: format(low), high: format(high) })]),
      ...(constant === undefined ? [] : [say("training.constant", { value: format(constant) })]),
    ],
  };
}

function Importances({ importances }: { importances: readonly { readonly column: string; readonly share: number }[] }) {
  const { say, number, percent } = useWords();
  const most = importances[0]?.share || 1;
  return (
    <section className="card">
      <h2>{say("training.importance")}</h2>
      <Bars
        bars={importances.slice(0, importancesShown).map(({ column, share }) => ({
          label: labelOf(column),
          text: percent(share),
          share: share / most,
        }))}
      />
      {importances.length > importancesShown ? (
        <p className="small quiet">{say("training.moreColumns", { count: number(importances.length - importancesShown) })}</p>
      ) : null}
    </section>
  );
}

function Calibration({ points }: { points: Parameters<typeof CalibrationChart>[0]["points"] }) {
  const { say } = useWords();
  return (
    <section className="card">
      <div>
        <h2>{say("training.calibration")}</h2>
        <p className="small quiet">{say("training.calibrationText")}</p>
      </div>
      <Suspense fallback={<Loading />}>
        <CalibrationChart
          label={say("training.calibration")}
          axes={[say("training.predicted"), say("training.observed")]}
          points={points}
        />
      </Suspense>
    </section>
  );
}
