/** The steps with the one that one is at; those behind lead back. */
import { Link } from "react-router";
import { useWords } from "../language/language.tsx";
import { backTo, type Place, searchOf, stepOf, steps } from "./place.ts";

export function Steps({ place }: { place: Place }) {
  const { say } = useWords();
  const current = stepOf(place);
  return (
    <ol className="steps" aria-label={say("wizard.steps")}>
      {steps.map((step) => {
        const back = backTo(step, place);
        const word = <span className="word">{say(`wizard.step.${step}`)}</span>;
        return (
          <li
            key={step}
            className={steps.indexOf(step) < steps.indexOf(current) ? "done" : undefined}
            aria-current={step === current ? "step" : undefined}
          >
            {back === undefined ? word : <Link to={`/new?${searchOf(back)}`}>{word}</Link>}
          </li>
        );
      })}
    </ol>
  );
}
