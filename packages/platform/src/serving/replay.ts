/** Asks an old decision again of its own version, to show that the answer is the same to the bit. */
import type { Pool } from "pg";
import type { RegistryService, Version } from "../registry/index.ts";
import type { ServiceCatalogue } from "./catalogue.ts";
import type { StoredDecision } from "./decision-log.ts";
import { findRevision } from "./store.ts";

export interface Replay {
  readonly identical: boolean;
  readonly revision: number;
  readonly version: Version;
}

export async function replay(
  uses: { pool: Pool; registry: RegistryService; catalogue: ServiceCatalogue },
  organisation: string,
  decision: StoredDecision,
): Promise<Replay> {
  const version = await uses.registry.versionById(organisation, decision.versionId);
  const revision = await findRevision(uses.pool, organisation, decision.revisionId);
  const { encoder, answerer } = await uses.catalogue.compileVersion(version);
  const row = new Float64Array(encoder.columns.length);
  // What was stored had been taken by the rules of its time; rules that came later are not held against it.
  const unseen = encoder.encode(decision.input, row, "/record", []);
  // A call may leave reasons out; then they are left out again.
  const explanation = decision.answer.reasons === undefined ? undefined : revision?.settings.explanation;
  // Release 0.1.0 did not say which categories were unseen, so an answer of then is asked for without it.
  const told = decision.answer.unseen === undefined ? undefined : unseen;
  const again = answerer.answer(row, decision.input, explanation ?? { kind: "none" }, told);
  return { identical: JSON.stringify(again) === decision.outputText, revision: revision?.number ?? 0, version };
}
