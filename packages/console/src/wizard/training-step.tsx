/** The third step: training with live progress, then how good the model is and what was left out. */
import { type JobShape, registryRoutes, type TrainingBody, trainingRoutes } from "@megalith/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { callRoute } from "../api/call-route.ts";
import { ErrorNotice, Loading } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { TrainingResult } from "./training-result.tsx";
import { isUnderWay, useJob } from "./use-job.ts";

interface TrainingStepProps {
  readonly id: string;
  readonly onBack: () => void;
  readonly onAgain: (job: string) => void;
  readonly onDone: (model: string) => void;
}

export function TrainingStep({ id, onBack, onAgain, onDone }: TrainingStepProps) {
  const { say } = useWords();
  const job = useJob(id);
  const model = job.data?.model ?? "";
  const again = useMutation({
    mutationFn: (keep: readonly string[]) =>
      callRoute(trainingRoutes.startTraining, { params: { model }, body: { ...(job.data?.input as TrainingBody), keep: [...keep] } }),
    onSuccess: (next) => onAgain(next.id),
  });
  const cancel = useMutation({ mutationFn: () => callRoute(trainingRoutes.cancelJob, { params: { job: id } }) });
  const number = job.data?.version ?? null;
  const version = useQuery({
    queryKey: ["version", model, number],
    queryFn: () => callRoute(registryRoutes.readModelVersion, { params: { model, number: number ?? 0 } }),
    enabled: number !== null,
  });
  const error = again.error ?? job.error ?? cancel.error ?? version.error;
  const ended = job.data?.state === "failed" || job.data?.state === "cancelled" || error !== null;
  return (
    <>
      <ErrorNotice error={error} />
      {error === null && isUnderWay(job.data) ? (
        <Running job={job.data} isCancelling={cancel.isPending || cancel.isSuccess} onCancel={cancel.mutate} />
      ) : null}
      {job.data?.state === "failed" ? (
        <p className="notice bad" role="alert">
          {say("training.failed")} {job.data.error?.message}
        </p>
      ) : null}
      {job.data?.state === "cancelled" ? (
        <p className="notice" role="status">
          {say("training.cancelled")}
        </p>
      ) : null}
      {ended ? (
        <div>
          <button type="button" className="button" onClick={onBack}>
            {say("common.back")}
          </button>
        </div>
      ) : null}
      {version.isLoading ? <Loading /> : null}
      {version.data === undefined ? null : (
        <TrainingResult version={version.data} busy={again.isPending} onKeep={again.mutate} onDone={() => onDone(model)} />
      )}
    </>
  );
}

interface RunningProps {
  readonly job: JobShape | undefined;
  readonly isCancelling: boolean;
  readonly onCancel: () => void;
}

function Running({ job, isCancelling, onCancel }: RunningProps) {
  const { say, number } = useWords();
  const share = (job?.progress.done ?? 0) / Math.max(1, job?.progress.total ?? 1);
  const phase = job?.progress.phase;
  const known = phase === "leaks" || phase === "evaluation" || phase === "training";
  const text = job?.state === "running" && known ? say(`training.phase.${phase}`) : say("training.waiting");
  return (
    <section className="card">
      <h2>{say("training.title")}</h2>
      <p className="row apart">
        <span className="quiet" role="status">
          {text}
        </span>
        <span className="number">{number(share * 100)}%</span>
      </p>
      <progress className="progress" aria-label={say("training.title")} value={share} />
      <div>
        <button type="button" className="button" disabled={job === undefined || isCancelling} onClick={onCancel}>
          {say("training.cancel")}
        </button>
      </div>
    </section>
  );
}
