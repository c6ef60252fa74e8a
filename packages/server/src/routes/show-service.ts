/** Services as the contract shows them. */
import { idFromUuid, type ServiceShape } from "@megalith/contract";
import type { CompiledService } from "@megalith/platform/serving";

export function showService({ service, champion }: CompiledService): ServiceShape {
  const { settings } = service;
  return {
    id: idFromUuid("service", service.id),
    name: service.name,
    title: service.title,
    kind: service.kind,
    revision: service.revision,
    ...settings,
    required: [...settings.required],
    free: settings.plan === null,
    version: { number: champion.version.number, sha256: champion.version.sha256 },
    createdAt: service.createdAt.toISOString(),
    updatedAt: service.updatedAt.toISOString(),
    updatedBy: service.updatedBy,
  };
}
