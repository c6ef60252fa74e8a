/** Base, each reason and the rest, one bar after the other, up to the raw score. What is shown sums to it. */
import type { DecisionShape } from "@megalith/contract";
import { useWords } from "../language/language.tsx";

interface Step {
  readonly id: string;
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly kind: "level" | "up" | "down";
}

export function Waterfall({ decision }: { decision: DecisionShape }) {
  const { say, language } = useWords();
  const plain = new Intl.NumberFormat(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  const signed = (value: number, withPlus: boolean) => `${value < 0 ? "−" : withPlus ? "+" : ""}${plain.format(Math.abs(value))}`;
  if (decision.base === undefined || decision.reasons === undefined) return null;
  const steps: Step[] = [{ id: "base", text: say("try.base"), from: 0, to: decision.base, kind: "level" }];
  let level = decision.base;
  const add = (id: string, text: string, change: number) => {
    steps.push({ id, text, from: level, to: level + change, kind: change < 0 ? "down" : "up" });
    level += change;
  };
  for (const { column, value, contribution } of decision.reasons)
    add(`reason ${column}`, `${column.replaceAll("_", " ")}: ${value === null ? say("try.missing") : String(value)}`, contribution);
  if (decision.other !== undefined && decision.other !== 0) add("other", say("try.other"), decision.other);
  steps.push({ id: "score", text: say("try.score"), from: 0, to: decision.score, kind: "level" });
  const low = Math.min(0, ...steps.map(({ to }) => to));
  const high = Math.max(0, ...steps.map(({ to }) => to));
  const span = high - low || 1;
  return (
    <figure className="stack">
      <figcaption>
        <h3>{say("try.waterfall")}</h3>
      </figcaption>
      <ol className="stack">
        {steps.map((step) => (
          <li key={step.id} className="bar-row">
            <span>{step.text}</span>
            <span className="number">{signed(step.kind === "level" ? step.to : step.to - step.from, step.kind !== "level")}</span>
            <span className="track">
              <b style={{ left: `${(-low / span) * 100}%` }} />
              <i
                className={step.kind}
                style={{
                  left: `${((Math.min(step.from, step.to) - low) / span) * 100}%`,
                  width: `${(Math.abs(step.to - step.from) / span) * 100}%`,
                }}
              />
            </span>
          </li>
        ))}
      </ol>
    </figure>
  );
}
