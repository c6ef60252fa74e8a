/** Base, each reason and the rest, one bar after the other, up to the raw score. What is shown sums to it. */
import type { DecisionShape } from "@megalith/contract";
import { useWords, type Words } from "../language/language.tsx";
import { digitsOf } from "./digits-of.ts";
import { labelOf } from "./label-of.ts";

interface Step {
  readonly id: string;
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly kind: "level" | "up" | "down";
}

export function Waterfall({ decision }: { decision: DecisionShape }) {
  const words = useWords();
  const { say, language } = words;
  const steps = stepsOf(decision, words);
  if (steps === undefined) return null;
  const digits = digitsOf(Math.max(...steps.map(({ to }) => Math.abs(to))));
  const plain = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const signed = (value: number, withPlus: boolean) => `${value < 0 ? "−" : withPlus ? "+" : ""}${plain.format(Math.abs(value))}`;
  const { low, high } = rangeOf(steps);
  const at = (value: number) => `${Math.max(0, Math.min(1, (value - low) / (high - low || 1))) * 100}%`;
  return (
    <figure className="stack">
      <figcaption className="row apart">
        <h3>{say("try.waterfall")}</h3>
        <span className="legend" aria-hidden="true">
          <i className="up" /> {say("try.raises")} <i className="down" /> {say("try.lowers")}
        </span>
      </figcaption>
      <ol className="bars">
        {steps.map(({ id, text, from, to, kind }) => (
          <li key={id} className={kind === "level" ? "bar-row level" : "bar-row"}>
            <span>{text}</span>
            <span className="number">{signed(kind === "level" ? to : to - from, kind !== "level")}</span>
            <span className="track">
              {low <= 0 && high >= 0 ? <b style={{ left: at(0) }} /> : null}
              <i className={kind} style={{ left: at(Math.min(from, to)), right: `calc(100% - ${at(Math.max(from, to))})` }} />
            </span>
          </li>
        ))}
      </ol>
    </figure>
  );
}

/** From zero; but where zero is far from all levels, from near them, so that the reasons are seen. */
function rangeOf(steps: readonly Step[]): { low: number; high: number } {
  const levels = steps.map(({ to }) => to);
  const low = Math.min(...levels);
  const high = Math.max(...levels);
  const span = high - low;
  if (low > 2 * span) return { low: low - span / 4, high };
  if (high < -2 * span) return { low, high: high + span / 4 };
  return { low: Math.min(0, low), high: Math.max(0, high) };
}

/** Undefined where the answer came without reasons. */
function stepsOf({ base, reasons, other, score, probability }: DecisionShape, { say }: Words): Step[] | undefined {
  if (base === undefined || reasons === undefined) return undefined;
  const steps: Step[] = [{ id: "base", text: say("try.base"), from: 0, to: base, kind: "level" }];
  let level = base;
  const add = (id: string, text: string, change: number) => {
    steps.push({ id, text, from: level, to: level + change, kind: change < 0 ? "down" : "up" });
    level += change;
  };
  for (const { column, value, contribution } of reasons)
    add(`reason ${column}`, `${labelOf(column)}: ${value === null ? say("try.missing") : String(value)}`, contribution);
  // What is less than its last digit is the rounding of floats.
  if (other !== undefined && Math.abs(other) > Math.abs(score) * 1e-9) add("other", say("try.other"), other);
  steps.push({ id: "score", text: say(probability === null ? "try.score" : "try.scoreLogOdds"), from: 0, to: score, kind: "level" });
  return steps;
}
