import { trainingRoutes } from "@megalith/contract";
import type { TrainingJobs } from "@megalith/platform/training";
import { bindRoute } from "../route.ts";
import { jobUuid } from "./job-id.ts";
import { showJob } from "./show-job.ts";

export function readJob(uses: { jobs: TrainingJobs }) {
  return bindRoute(trainingRoutes.readJob, async (call) =>
    showJob(await uses.jobs.read(call.principal.organisation, jobUuid(call.params.job)), call.language),
  );
}
