/** Jobs as the contract shows them. */
import { idFromUuid, type JobShape } from "@megalith/contract";
import type { Job } from "@megalith/platform/training";

export function showJob(job: Job): JobShape {
  return {
    id: idFromUuid("job", job.id),
    kind: job.kind,
    state: job.state,
    progress: { ...job.progress },
    model: job.model,
    input: { ...job.input },
    version: job.version,
    error: job.error === null ? null : { ...job.error, problems: [...(job.error.problems ?? [])] },
    createdAt: job.createdAt.toISOString(),
    createdBy: job.createdBy,
    startedAt: job.startedAt?.toISOString() ?? null,
    endedAt: job.endedAt?.toISOString() ?? null,
  };
}
