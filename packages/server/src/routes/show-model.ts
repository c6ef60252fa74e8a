/** Models and versions as the contract shows them. */
import {
  idFromUuid,
  type LeakFacts,
  type MessageLanguage,
  type ModelShape,
  type Problem,
  type VersionDetailShape,
  type VersionShape,
  wordLeak,
  wordProblem,
} from "@megalith/contract";
import type { Model, Version } from "@megalith/platform/registry";

export function showVersion(version: Version): VersionShape {
  return {
    id: idFromUuid("version", version.id),
    model: version.model,
    number: version.number,
    sha256: version.sha256,
    sizeBytes: version.sizeBytes,
    task: version.task,
    metrics: Object.fromEntries(Object.entries(version.card.metrics).map(([name, metric]) => [name, { ...metric }])),
    createdAt: version.createdAt.toISOString(),
    createdBy: version.createdBy,
    champion: version.champion,
  };
}

/** With the leaks and warnings of its card in words, in the language asked for. */
export function showVersionDetail(version: Version, language: MessageLanguage): VersionDetailShape {
  const { leaks, warnings } = version.card;
  const worded = {
    ...(Array.isArray(leaks) ? { leaks: leaks.map((leak) => (isLeak(leak) ? { ...leak, words: wordLeak(language, leak) } : leak)) } : {}),
    ...(Array.isArray(warnings)
      ? { warnings: warnings.map((one) => (isProblem(one) ? { ...one, ...wordProblem(language, one) } : one)) }
      : {}),
  };
  return { ...showVersion(version), card: { ...version.card, ...worded } };
}

// A card may come from elsewhere and hold anything.

function isProblem(one: unknown): one is Problem {
  const { message, values } = (one ?? {}) as Partial<Problem>;
  return typeof message === "string" && (values === undefined || (typeof values === "object" && values !== null));
}

function isLeak(leak: unknown): leak is LeakFacts {
  const { reason, evidence } = (leak ?? {}) as Partial<LeakFacts>;
  return typeof reason === "string" && typeof evidence === "object" && evidence !== null;
}

export function showModel(model: Model): ModelShape {
  return {
    id: idFromUuid("model", model.id),
    name: model.name,
    createdAt: model.createdAt.toISOString(),
    createdBy: model.createdBy,
    versionCount: model.versionCount,
    champion: model.champion === null ? null : showVersion(model.champion),
  };
}
