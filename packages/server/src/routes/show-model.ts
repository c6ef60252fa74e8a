/** Models and versions as the contract shows them. */
import { idFromUuid, type ModelShape, type VersionDetailShape, type VersionShape } from "@megalith/contract";
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

export function showVersionDetail(version: Version): VersionDetailShape {
  return { ...showVersion(version), card: { ...version.card } };
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
