import { trainingRoutes } from "@megalith/contract";
import type { TrainingJobs } from "@megalith/platform/training";
import { bindRoute } from "../route.ts";
import { jobUuid } from "./job-id.ts";
import { showJob } from "./show-job.ts";

export function cancelJob(uses: { jobs: TrainingJobs }) {
  return bindRoute(trainingRoutes.cancelJob, async (call) =>
    showJob(await uses.jobs.cancel(call.principal, jobUuid(call.params.job)), call.language),
  );
}
