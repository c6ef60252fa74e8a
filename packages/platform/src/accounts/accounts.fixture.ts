/** The domain on a fresh database, with a clock and a random source that the test drives. */
import { createHash } from "node:crypto";
import type { Pool } from "pg";
import { openTestDatabase } from "../foundation/database.fixture.ts";
import { type Caller, uuidMaker } from "../foundation/index.ts";
import {
  CustomerService,
  ensureOrganisation,
  InvitationService,
  KeyService,
  MemberService,
  newSecret,
  OrganisationService,
  SignInService,
} from "./index.ts";

export interface TestAccounts {
  readonly pool: Pool;
  readonly caller: Caller;
  readonly adminKey: string;
  readonly invitations: InvitationService;
  readonly members: MemberService;
  readonly signIn: SignInService;
  readonly customers: CustomerService;
  readonly organisations: OrganisationService;
  readonly keys: KeyService;
  /** As a second process on the same database, whose memory nothing in this one reaches. */
  readonly otherKeys: KeyService;
  readonly advance: (ms: number) => void;
  readonly stop: () => Promise<void>;
}

export async function startAccounts(): Promise<TestAccounts> {
  const { pool, stop } = await openTestDatabase();
  let time = Date.parse("2026-03-01T10:00:00Z");
  const clock = { now: () => new Date(time) };
  const random = countingRandom();
  const newUuid = uuidMaker(clock, random);
  const organisation = await ensureOrganisation(pool, clock, newUuid);
  const adminKey = newSecret("mgladm_", random);
  const uses = { pool, clock, newUuid, random, organisation };
  const keys = new KeyService(uses);
  const otherKeys = new KeyService(uses);
  for (const service of [keys, otherKeys]) service.setFresh(true);
  return {
    pool,
    caller: { organisation, actor: { kind: "admin", id: null, name: "admin key" } },
    adminKey,
    invitations: new InvitationService(uses),
    members: new MemberService(uses),
    signIn: new SignInService({ ...uses, isAdminKey: (text) => text === adminKey }),
    organisations: new OrganisationService(uses),
    customers: new CustomerService({ ...uses, onChange: (id) => keys.forget(id) }),
    keys,
    otherKeys,
    advance: (ms) => {
      time += ms;
    },
    stop,
  };
}

/** The same bytes in each run, never twice the same. */
export function countingRandom(): (bytes: Uint8Array) => void {
  let count = 0;
  return (bytes) => {
    for (let offset = 0; offset < bytes.length; offset += 32)
      bytes.set(
        createHash("sha256")
          .update(String(count++))
          .digest()
          .subarray(0, bytes.length - offset),
        offset,
      );
  };
}
