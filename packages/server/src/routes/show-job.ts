/** Jobs as the contract shows them. */
import { idFromUuid, isMessageKey, type JobShape, type MessageLanguage, translate, wordProblem } from "@megalith/contract";
import type { Job } from "@megalith/platform/training";

export function showJob(job: Job, language: MessageLanguage): JobShape {
  return {
    id: idFromUuid("job", job.id),
    kind: job.kind,
    state: job.state,
    progress: { ...job.progress },
    model: job.model,
    input: { ...job.input },
    version: job.version,
    error: job.error === null ? null : showError(job.error, language),
    createdAt: job.createdAt.toISOString(),
    createdBy: job.createdBy,
    startedAt: job.startedAt?.toISOString() ?? null,
    endedAt: job.endedAt?.toISOString() ?? null,
  };
}

/** Told in the language that is asked for; what was kept without values stays as it was written. */
function showError({ code, message, values, problems = [] }: NonNullable<Job["error"]>, language: MessageLanguage): JobShape["error"] {
  const key = `error.${code}`;
  const told = language !== "en" && values !== undefined && isMessageKey(key) ? translate(language, key, values) : message;
  return { code, message: told, problems: problems.map((problem) => wordProblem(language, problem)) };
}
