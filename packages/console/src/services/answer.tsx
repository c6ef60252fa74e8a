/** An answer: the prediction big, its price, and the way from base to score, reason by reason. */
import { type DecisionShape, wordMoney } from "@megalith/contract";
import { useWords } from "../language/language.tsx";
import { Waterfall } from "./waterfall.tsx";

export function Answer({ decision, target, positive }: { decision: DecisionShape; target: string; positive: string | null }) {
  const { say, number } = useWords();
  const what = target.replaceAll("_", " ");
  const shown =
    decision.probability === null
      ? typeof decision.prediction === "number"
        ? number(decision.prediction, 4)
        : decision.prediction
      : `${number(decision.probability * 100, 1)}%`;
  return (
    <div className="stack">
      <div>
        <p className="huge" data-testid="prediction">
          {shown}
        </p>
        <p className="quiet">
          {decision.probability === null
            ? say("try.predicted", { what })
            : say("try.probabilityOf", { what: positive === null ? what : `${what} = ${positive}` })}
        </p>
      </div>
      <p className="row small">
        <span className="badge">
          {decision.price === null ? say("try.free") : `${say("try.price")}: ${wordMoney(decision.price.nanos, decision.price.currency)}`}
        </span>
        <span className="badge">{say("try.version", { number: decision.version.number })}</span>
      </p>
      {decision.unseen === undefined ? null : (
        <p className="notice">{say("try.unseen", { columns: decision.unseen.map((name) => name.replaceAll("_", " ")).join(", ") })}</p>
      )}
      {decision.probabilities === undefined ? null : (
        <ul className="stack">
          {Object.entries(decision.probabilities).map(([name, share]) => (
            <li key={name} className="bar-row">
              <span>{name}</span>
              <span className="number">{number(share * 100, 1)}%</span>
              <span className="track">
                <i style={{ left: 0, width: `${share * 100}%` }} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <Waterfall decision={decision} />
    </div>
  );
}
