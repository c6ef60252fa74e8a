import { trainingRoutes, wordLeak } from "@megalith/contract";
import type { TrainingJobs } from "@megalith/platform/training";
import { bindRoute } from "../route.ts";

export function inspectTarget(uses: { jobs: TrainingJobs }) {
  return bindRoute(trainingRoutes.inspectTarget, async (call) => {
    const found = await uses.jobs.inspect(call.principal.organisation, call.body);
    return {
      ...found,
      classes: [...found.classes],
      leaks: found.leaks.map((leak) => ({ ...leak, evidence: { ...leak.evidence }, words: wordLeak(call.language, leak) })),
    };
  });
}
