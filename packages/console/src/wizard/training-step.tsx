/** The third step: training with live progress, then how good the model is and what was left out. */
import { type JobShape, registryRoutes, type TrainingBody, trainingRoutes } from "@megalith/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { callRoute } from "../api/call-route.ts";
import { ErrorNotice, Loading } from "../design/parts.tsx";
import type { Place } from "./place.ts";
import { TrainingEnd } from "./training-end.tsx";
import { TrainingProgress } from "./training-progress.tsx";
import { TrainingResult } from "./training-result.tsx";
import { isUnderWay, useJob } from "./use-job.ts";
import type { Go } from "./wizard-page.tsx";

export function TrainingStep({ id, onGo }: { id: string; onGo: Go }) {
  const job = useJob(id);
  const again = useAgain(job.data, onGo);
  const cancel = useMutation({ mutationFn: () => callRoute(trainingRoutes.cancelJob, { params: { job: id } }) });
  const { version, model } = job.data ?? { version: null, model: "" };
  const made = useQuery({
    queryKey: ["version", model, version],
    queryFn: () => callRoute(registryRoutes.readModelVersion, { params: { model, number: version ?? 0 } }),
    enabled: version !== null,
  });
  const error = again.error ?? job.error ?? cancel.error ?? made.error;
  return (
    <>
      <ErrorNotice error={error} />
      {hasEnded(job.data) || (job.data === undefined && error !== null) ? (
        <TrainingEnd
          job={job.data}
          busy={again.isPending}
          onBack={() => onGo({ job: null, ...chosenIn(job.data) })}
          onAgain={() => again.mutate([])}
        />
      ) : isUnderWay(job.data) ? (
        <TrainingProgress job={job.data} isCancelling={cancel.isPending || cancel.isSuccess} onCancel={cancel.mutate} />
      ) : made.data === undefined ? (
        <Loading />
      ) : (
        <TrainingResult version={made.data} busy={again.isPending} onKeep={again.mutate} onDone={() => onGo({ model })} />
      )}
    </>
  );
}

/** Without a model. */
function hasEnded(job: JobShape | undefined): boolean {
  return job?.state === "failed" || job?.state === "cancelled";
}

/** The same training once more, with columns kept that the guard would leave out. */
function useAgain(job: JobShape | undefined, onGo: Go) {
  return useMutation({
    mutationFn: (keep: readonly string[]) => {
      const input = job?.input as TrainingBody;
      const body = keep.length === 0 ? input : { ...input, keep: [...new Set([...(input.keep ?? []), ...keep])] };
      return callRoute(trainingRoutes.startTraining, { params: { model: job?.model ?? "" }, body });
    },
    onSuccess: (next) => onGo({ job: next.id }, { replace: true }),
  });
}

/** What was chosen for a training, to be changed and tried once more. */
function chosenIn(job: JobShape | undefined): Partial<Place> {
  if (job === undefined) return {};
  const { target, positive = null, ignore = [] } = job.input as TrainingBody;
  return { target, positive, ignored: ignore };
}
