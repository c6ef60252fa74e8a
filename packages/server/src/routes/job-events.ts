/** Server-sent events: `event: job` with the job as data, at once and at each change; the stream ends with the job. */
import { Readable } from "node:stream";
import { type MessageLanguage, trainingRoutes } from "@megalith/contract";
import type { Job, TrainingJobs } from "@megalith/platform/training";
import { Places, placeName } from "../places.ts";
import { bindRoute } from "../route.ts";
import { jobUuid } from "./job-id.ts";
import { showJob } from "./show-job.ts";

/** A stream may last for hours and counts among the calls under way: all of them together leave room for the others. */
const atOnce = 512;
const atOnceOfOne = 32;
const retrySeconds = 5;

export function jobEvents(uses: { jobs: TrainingJobs }) {
  const places = new Places(atOnce, atOnceOfOne);
  return bindRoute(trainingRoutes.jobEvents, async (call) => {
    const jobs = await uses.jobs.follow(call.principal.organisation, jobUuid(call.params.job), call.signal);
    const giveBack = places.take(placeName(call.principal), retrySeconds);
    call.setHeader("cache-control", "no-store");
    call.setHeader("x-accel-buffering", "no");
    const stream = Readable.from(events(jobs, call.language)).once("close", giveBack);
    // Also for a caller that hung up before anything was sent.
    if (call.signal.aborted) stream.destroy();
    return stream;
  });
}

async function* events(jobs: AsyncIterable<Job>, language: MessageLanguage): AsyncGenerator<string> {
  for await (const job of jobs) yield `event: job\ndata: ${JSON.stringify(showJob(job, language))}\n\n`;
}
