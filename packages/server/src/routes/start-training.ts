import { trainingRoutes } from "@megalith/contract";
import type { TrainingJobs } from "@megalith/platform/training";
import { bindRoute } from "../route.ts";
import { showJob } from "./show-job.ts";

export function startTraining(uses: { jobs: TrainingJobs }) {
  return bindRoute(trainingRoutes.startTraining, async (call) =>
    showJob(await uses.jobs.start(call.principal, call.params.model, call.body), call.language),
  );
}
