/** The heading of what is at hand. A new one takes the focus: what had it before is gone from the page. */
import { createContext, type ReactNode, type RefObject, useContext, useEffect, useRef } from "react";
import { useWords } from "../language/language.tsx";
import { type Step, steps } from "./place.ts";

/** Whether a heading was shown already since the wizard was opened: the first leaves the focus where it is. */
export const HeadingShown = createContext<RefObject<boolean>>({ current: true });

export function StepTitle({ step, children }: { step: Step; children: ReactNode }) {
  const { say } = useWords();
  const shown = useContext(HeadingShown);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (shown.current) heading.current?.focus();
    shown.current = true;
  }, [shown]);
  return (
    <h2 ref={heading} tabIndex={-1} className="step-title">
      <span className="hidden">{say("wizard.place", { number: steps.indexOf(step) + 1, count: steps.length })} </span>
      {children}
    </h2>
  );
}
