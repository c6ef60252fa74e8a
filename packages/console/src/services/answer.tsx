/** An answer: the prediction big, its price, and the way from base to score, reason by reason. */
import type { DecisionShape } from "@megalith/contract";
import { Bars } from "../charts/bars.tsx";
import { useWords } from "../language/language.tsx";
import { digitsOf } from "./digits-of.ts";
import { labelOf } from "./label-of.ts";
import { Waterfall } from "./waterfall.tsx";

export function Answer({ decision, target, positive }: { decision: DecisionShape; target: string; positive: string | null }) {
  const { say, number, percent, money } = useWords();
  const { prediction, probability, probabilities, price, unseen, version } = decision;
  const what = target.replaceAll("_", " ");
  const isClass = typeof prediction === "string";
  const plain = isClass ? prediction : number(prediction, digitsOf(prediction));
  return (
    <div className="stack">
      <div>
        <p className="huge" data-testid="prediction">
          {probability === null || isClass ? plain : percent(probability)}
        </p>
        <p className="quiet">
          {probability === null
            ? say("try.predicted", { what })
            : isClass
              ? say("try.predictedLikely", { what, share: percent(probability) })
              : say("try.probabilityOf", { what: positive === null ? what : `${what} = ${positive}` })}
        </p>
      </div>
      <p className="row tight">
        <span className="badge">{price === null ? say("try.free") : `${say("try.price")}: ${money(price.nanos, price.currency)}`}</span>
        <span className="badge">{say("try.version", { number: version.number })}</span>
      </p>
      {unseen === undefined ? null : <p className="notice">{say("try.unseen", { columns: unseen.map(labelOf).join(", ") })}</p>}
      {probabilities === undefined ? null : (
        <Bars
          bars={Object.entries(probabilities)
            .sort(([, one], [, other]) => other - one)
            .map(([label, share]) => ({ label, text: percent(share), share }))}
        />
      )}
      <Waterfall decision={decision} />
    </div>
  );
}
