/**
 * Typed, time-ordered identifiers: a prefix that tells the kind, then a UUIDv7 in 32 hex digits.
 *
 * In SQL the bare uuid is stored; the prefix is added at the edge, so an id of the wrong kind is refused there.
 * Source: RFC 9562, section 5.7 (UUIDv7).
 */
export const idPrefixes = {
  organisation: "org",
  member: "mem",
  invite: "inv",
  session: "ses",
  customer: "cus",
  key: "key",
  table: "tab",
  tableVersion: "tbv",
  job: "job",
  model: "mod",
  version: "ver",
  service: "svc",
  revision: "rev",
  decision: "dec",
  label: "lab",
  plan: "pla",
  planVersion: "plv",
  usage: "use",
  invoice: "ivc",
  audit: "aud",
  request: "req",
} as const;

export type IdKind = keyof typeof idPrefixes;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The JSON-schema pattern of one kind of id, for example `^dec_[0-9a-f]{32}$`. */
export function idPattern(kind: IdKind): string {
  return `^${idPrefixes[kind]}_[0-9a-f]{32}$`;
}

/** `dec_` + 32 hex digits from a bare uuid, as a row keeps it. @throws RangeError when it is no uuid. */
export function idFromUuid(kind: IdKind, uuid: string): string {
  if (!uuidPattern.test(uuid)) throw new RangeError(`not a uuid: ${uuid}`);
  return `${idPrefixes[kind]}_${uuid.slice(0, 8)}${uuid.slice(9, 13)}${uuid.slice(14, 18)}${uuid.slice(19, 23)}${uuid.slice(24)}`;
}

/** The bare uuid of a typed id, or undefined when the text is no id of that kind. */
export function uuidFromId(kind: IdKind, id: string): string | undefined {
  const prefix = `${idPrefixes[kind]}_`;
  if (!id.startsWith(prefix)) return undefined;
  const hex = id.slice(prefix.length);
  if (!/^[0-9a-f]{32}$/.test(hex)) return undefined;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
