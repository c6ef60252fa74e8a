/** The front door of serving: services, calls, decisions, labels. */
export { ServiceCatalogue, type SettingsChange, serviceChannel, servingChannels } from "./catalogue.ts";
export type { CompiledService, CompiledVersion } from "./compiled.ts";
export { type DecideCall, Decider } from "./decider.ts";
export { DecisionLog, type StoredDecision } from "./decision-log.ts";
export { DecisionReader, type DecisionReaderOptions } from "./decision-reader.ts";
export { describeInputs, releasedCard } from "./disclosure.ts";
export { type LabelInput, Labels, type StoredLabel } from "./labels.ts";
export type { PublishedService, ServiceSettings } from "./published-service.ts";
export type { Replay } from "./replay.ts";
export type { Language } from "./reply.ts";
export { chooseVersion, versionsOf } from "./version-choice.ts";
