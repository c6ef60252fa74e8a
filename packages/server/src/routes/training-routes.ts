/** Routes of training and its jobs. */
import type { TrainingJobs } from "@megalith/platform/training";
import type { BoundRoute } from "../route.ts";
import { cancelJob } from "./cancel-job.ts";
import { inspectTarget } from "./inspect-target.ts";
import { jobEvents } from "./job-events.ts";
import { listJobs } from "./list-jobs.ts";
import { readJob } from "./read-job.ts";
import { startTraining } from "./start-training.ts";

export function trainingRoutesOf(uses: { jobs: TrainingJobs }): BoundRoute[] {
  return [startTraining(uses), inspectTarget(uses), listJobs(uses), readJob(uses), cancelJob(uses), jobEvents(uses)];
}
