/** A job as it goes: streamed by the server, asked for while the stream is down. */
import { type JobShape, trainingRoutes } from "@megalith/contract";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { addressOf, callRoute } from "../api/call-route.ts";

const pollMs = 1_000;

export function isUnderWay(job: JobShape | undefined): boolean {
  return job === undefined || job.state === "queued" || job.state === "running";
}

export function useJob(id: string) {
  const client = useQueryClient();
  const [streamed, setStreamed] = useState(false);
  const job = useQuery({
    queryKey: ["job", id],
    queryFn: () => callRoute(trainingRoutes.readJob, { params: { job: id } }),
    refetchInterval: (query) => (!streamed && isUnderWay(query.state.data) ? pollMs : false),
  });
  useEffect(() => {
    const source = new EventSource(addressOf(trainingRoutes.jobEvents, { params: { job: id } }));
    const stop = () => {
      source.close();
      setStreamed(false);
    };
    source.addEventListener("open", () => setStreamed(true));
    source.addEventListener("job", ({ data }: MessageEvent<string>) => {
      const next = JSON.parse(data) as JobShape;
      client.setQueryData(["job", id], next);
      if (!isUnderWay(next)) stop();
    });
    // The browser opens a dropped stream again by itself; one that was refused stays closed.
    source.addEventListener("error", () => setStreamed(false));
    return stop;
  }, [id, client]);
  return job;
}
