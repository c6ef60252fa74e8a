/** The third step: training with live progress, then how good the model is and what was left out. */
import { type JobShape, registryRoutes, type TableShape, trainingRoutes } from "@megalith/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { ErrorNotice, Loading } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { TrainingResult } from "./training-result.tsx";
import { isUnderWay, useJob } from "./use-job.ts";
import type { Choice } from "./wizard-page.tsx";

interface TrainingStepProps {
  readonly table: TableShape;
  readonly choice: Choice;
  readonly onBack: () => void;
  readonly onDone: (model: string) => void;
}

export function TrainingStep({ table, choice, onBack, onDone }: TrainingStepProps) {
  const { say } = useWords();
  const model = table.name;
  const [jobId, setJobId] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: (keep: readonly string[]) => {
      const { target, positive, ignore } = choice;
      const body = { table: table.name, target, ignore: [...ignore], keep: [...keep], ...(positive === undefined ? {} : { positive }) };
      return callRoute(trainingRoutes.startTraining, { params: { model }, body });
    },
    onSuccess: (job) => setJobId(job.id),
  });
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    start.mutate([]);
  }, [start.mutate]);
  const job = useJob(jobId);
  const cancel = useMutation({ mutationFn: () => callRoute(trainingRoutes.cancelJob, { params: { job: jobId ?? "" } }) });
  const number = job.data?.version ?? null;
  const version = useQuery({
    queryKey: ["version", model, number],
    queryFn: () => callRoute(registryRoutes.readModelVersion, { params: { model, number: number ?? 0 } }),
    enabled: number !== null,
  });
  const error = start.error ?? job.error ?? cancel.error ?? version.error;
  const ended = job.data?.state === "failed" || job.data?.state === "cancelled" || error !== null;
  return (
    <>
      <ErrorNotice error={error} />
      {error === null && isUnderWay(job.data) ? <Running job={job.data} onCancel={cancel.mutate} /> : null}
      {job.data?.state === "failed" ? (
        <p className="notice bad" role="alert">
          {say("training.failed")} {job.data.error?.message}
        </p>
      ) : null}
      {job.data?.state === "cancelled" ? <p className="notice">{say("training.cancelled")}</p> : null}
      {ended ? (
        <div>
          <button type="button" className="button" onClick={onBack}>
            {say("common.back")}
          </button>
        </div>
      ) : null}
      {version.isLoading ? <Loading /> : null}
      {version.data === undefined ? null : (
        <TrainingResult
          version={version.data}
          onKeep={(keep) => {
            setJobId(null);
            start.mutate(keep);
          }}
          onDone={() => onDone(model)}
        />
      )}
    </>
  );
}

function Running({ job, onCancel }: { job: JobShape | undefined; onCancel: () => void }) {
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
        <button type="button" className="button" disabled={job === undefined} onClick={onCancel}>
          {say("training.cancel")}
        </button>
      </div>
    </section>
  );
}
