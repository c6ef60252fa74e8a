import { trainingRoutes, uuidFromId } from "@megalith/contract";
import type { TrainingJobs } from "@megalith/platform/training";
import { bindRoute } from "../route.ts";
import { showJob } from "./show-job.ts";

export function listJobs(uses: { jobs: TrainingJobs }) {
  return bindRoute(trainingRoutes.listJobs, async (call) => {
    const limit = call.query.limit ?? 100;
    const after = call.query.after === undefined ? null : (uuidFromId("job", call.query.after) ?? null);
    const items = (await uses.jobs.list(call.principal.organisation, { after, limit })).map((job) => showJob(job, call.language));
    return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
  });
}
