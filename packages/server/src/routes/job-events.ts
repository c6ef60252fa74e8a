/** Server-sent events: `event: job` with the job as data, at once and at each change; the stream ends with the job. */
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type MessageLanguage, trainingRoutes } from "@megalith/contract";
import type { Job, TrainingJobs } from "@megalith/platform/training";
import { bindRoute } from "../route.ts";
import { jobUuid } from "./job-id.ts";
import { showJob } from "./show-job.ts";

export function jobEvents(uses: { jobs: TrainingJobs }) {
  return bindRoute(trainingRoutes.jobEvents, async (call) => {
    const { organisation } = call.principal;
    const id = jobUuid(call.params.job);
    await uses.jobs.read(organisation, id);
    call.setHeader("cache-control", "no-store");
    call.setHeader("x-accel-buffering", "no");
    return Readable.from(events(uses.jobs.follow(organisation, id, call.signal, sleep), call.signal, call.language));
  });
}

async function* events(jobs: AsyncIterable<Job>, signal: AbortSignal, language: MessageLanguage): AsyncGenerator<string> {
  try {
    for await (const job of jobs) yield `event: job\ndata: ${JSON.stringify(showJob(job, language))}\n\n`;
  } catch (error) {
    // Nobody listens any more.
    if (!signal.aborted) throw error;
  }
}
