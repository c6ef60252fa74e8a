/** What every domain stands on: ids, time, the database, who acts. */
export { type Caller, type Change, recordChange } from "./actor.ts";
export { inTransaction, inTransactionTurn, isUniqueViolation, openPool } from "./database.ts";
export { makeDraftFolder, nameByPlace, openDraft } from "./draft.ts";
export { type Clock, type NewUuid, type RandomBytes, systemClock, systemRandom, uuidMaker } from "./identity.ts";
export { type Listener, type ListenerOptions, listen, notify } from "./listener.ts";
export { type Migration, migrate, readMigrations } from "./migrations.ts";
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from "./postgres.ts";
export type { CustomerPrincipal, Principal, ProviderPrincipal } from "./principal.ts";
export { processStart, tryLock } from "./process-lock.mjs";
export { wordStorageFault } from "./storage-fault.ts";
