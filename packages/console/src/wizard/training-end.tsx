/** A training that made no model: why, and the ways on. */
import type { JobShape } from "@megalith/contract";
import { Problems } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { StepTitle } from "./step-title.tsx";

interface TrainingEndProps {
  /** Undefined where not even that could be read. */
  readonly job: JobShape | undefined;
  readonly busy: boolean;
  readonly onBack: () => void;
  readonly onAgain: () => void;
}

export function TrainingEnd({ job, busy, onBack, onAgain }: TrainingEndProps) {
  const { say } = useWords();
  return (
    <section className="card">
      <StepTitle step="training">
        {say(job === undefined ? "training.unknown" : job.state === "cancelled" ? "training.cancelled" : "training.failed")}
      </StepTitle>
      {job?.state === "cancelled" ? <p className="quiet">{say("training.cancelledText")}</p> : null}
      {job?.error === null || job?.error === undefined ? null : (
        <div className="notice bad" role="alert">
          <p>{job.error.message}</p>
          <Problems problems={job.error.problems ?? []} />
        </div>
      )}
      <div className="row">
        <button type="button" className="button primary" onClick={onBack}>
          {say("training.change")}
        </button>
        {job === undefined ? null : (
          <button type="button" className="button" disabled={busy} onClick={onAgain}>
            {say("training.again")}
          </button>
        )}
      </div>
    </section>
  );
}
