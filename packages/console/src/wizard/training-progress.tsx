/** A training under way: what it is doing, how far it is, and stopping it. */
import type { JobShape } from "@megalith/contract";
import { useWords } from "../language/language.tsx";
import { StepTitle } from "./step-title.tsx";

interface TrainingProgressProps {
  /** Undefined until it is known. */
  readonly job: JobShape | undefined;
  readonly isCancelling: boolean;
  readonly onCancel: () => void;
}

export function TrainingProgress({ job, isCancelling, onCancel }: TrainingProgressProps) {
  const { say, number } = useWords();
  const isRunning = job?.state === "running";
  const { round, most, best } = job?.progress ?? {};
  const share = (job?.progress.done ?? 0) / Math.max(1, job?.progress.total ?? 1);
  const phase = job?.progress.phase;
  const known = phase === "leaks" || phase === "evaluation" || phase === "training";
  return (
    <section className="card">
      <StepTitle step="training">{say("training.title")}</StepTitle>
      <div className="stack tight">
        <p className="row apart">
          <span className="quiet" role="status">
            {isCancelling ? say("training.cancelling") : isRunning && known ? say(`training.phase.${phase}`) : say("training.waiting")}
          </span>
          {isRunning ? <span className="number">{number(share * 100)}%</span> : null}
        </p>
        <progress className="progress" aria-label={say("training.title")} {...(isRunning ? { value: share } : {})} />
        {isRunning && round !== undefined && most !== undefined ? (
          <p className="small quiet">
            {best === undefined
              ? say("training.round", { round: number(round), most: number(most) })
              : say("training.choosing", { round: number(round), most: number(most), best: number(best) })}
          </p>
        ) : null}
        <p className="small quiet">{say("training.goesOn")}</p>
      </div>
      <div>
        <button type="button" className="button" disabled={job === undefined || isCancelling} onClick={onCancel}>
          {say("training.cancel")}
        </button>
      </div>
    </section>
  );
}
