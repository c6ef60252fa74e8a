import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { uuidFromId } from "@megalith/contract";
import { startAccounts, type TestAccounts } from "./accounts.fixture.ts";
import { ensureOrganisation, listAudit } from "./index.ts";

let accounts: TestAccounts;
const password = "a long enough password";
const day = 86_400_000;

before(async () => {
  accounts = await startAccounts();
});
after(() => accounts.stop());

async function join(email: string, role: "owner" | "viewer" = "viewer", customerId: string | null = null) {
  const { token } = await accounts.invitations.invite(accounts.caller, role, customerId);
  const session = await accounts.invitations.accept(token, { email, name: email, password });
  const id = uuidFromId("member", session.principal.actor.id ?? "") as string;
  return { id, invite: token, session: session.token, principal: session.principal };
}

test("there is one organisation however many starts make it at once", async () => {
  let count = 0;
  const newUuid = () => `00000000-0000-7000-8000-${String(count++).padStart(12, "0")}`;
  const clock = { now: () => new Date(0) };
  const made = await Promise.all(Array.from({ length: 5 }, () => ensureOrganisation(accounts.pool, clock, newUuid)));
  assert.deepEqual(new Set(made), new Set([accounts.caller.organisation]));
});

test("an invitation that is accepted twice at once makes one member", async () => {
  const { token } = await accounts.invitations.invite(accounts.caller, "viewer", null);
  const accept = (email: string) => accounts.invitations.accept(token, { email, name: "N", password });
  const outcomes = await Promise.allSettled([accept("twice-1@example.com"), accept("twice-2@example.com")]);
  const failures = outcomes.filter((outcome) => outcome.status === "rejected");
  assert.equal(failures.length, 1);
  assert.equal(failures[0]?.reason.code, "accounts.invite_invalid");
  const emails = (await accounts.members.list(accounts.caller.organisation)).map(({ email }) => email);
  assert.equal(emails.filter((email) => email.startsWith("twice-")).length, 1);
});

test("an invitation ends after seven days, and one that meets a taken e-mail stays good", async () => {
  await join("taken@example.com");
  const { token } = await accounts.invitations.invite(accounts.caller, "viewer", null);
  const person = { email: "Taken@Example.com", name: "N", password };
  await assert.rejects(accounts.invitations.accept(token, person), { code: "accounts.email_taken" });
  accounts.advance(7 * day - 1);
  assert.equal((await accounts.invitations.read(token)).role, "viewer");
  accounts.advance(1);
  await assert.rejects(accounts.invitations.accept(token, { ...person, email: "late@example.com" }), { code: "accounts.invite_invalid" });
});

test("open invitations are listed, and one that was withdrawn works no more", async () => {
  const { caller, invitations } = accounts;
  const withdrawn = await invitations.invite(caller, "engineer", null);
  const id = (await invitations.list(caller.organisation))[0]?.id ?? "";
  const kept = await invitations.invite(caller, "analyst", null);
  const ids = async () => (await invitations.list(caller.organisation)).map(({ id: open, role }) => [open === id, role]);
  assert.deepEqual((await ids()).slice(0, 2), [
    [false, "analyst"],
    [true, "engineer"],
  ]);
  await invitations.withdraw(caller, id);
  await invitations.withdraw(caller, id);
  // Another process has a clock of its own.
  accounts.advance(-5_000);
  await assert.rejects(invitations.read(withdrawn.token), { code: "accounts.invite_invalid" });
  accounts.advance(5_000);
  assert.deepEqual(
    (await ids()).filter(([isIt]) => isIt),
    [],
  );
  await assert.rejects(invitations.read(withdrawn.token), { code: "accounts.invite_invalid" });
  await assert.rejects(invitations.withdraw({ ...caller, organisation: id }, id), { code: "request.not_found" });
  await invitations.accept(kept.token, { email: "kept@example.com", name: "K", password });
  assert.ok(!(await ids()).some(([, role]) => role === "analyst"), "one that was used is not open");
});

test("the last owner can be neither removed nor demoted, also when two owners remove each other at once", async () => {
  const first = await join("owner-1@example.com", "owner");
  await assert.rejects(accounts.members.remove(accounts.caller, first.id), { code: "accounts.last_owner" });
  await assert.rejects(accounts.members.change(accounts.caller, first.id, "viewer"), { code: "accounts.last_owner" });
  const second = await join("owner-2@example.com", "owner");
  const both = [accounts.members.remove(accounts.caller, first.id), accounts.members.remove(accounts.caller, second.id)];
  const outcomes = await Promise.allSettled(both);
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  const owners = (await accounts.members.list(accounts.caller.organisation)).filter(({ role }) => role === "owner");
  assert.equal(owners.length, 1);
});

test("a role that changed and a member that was removed are seen by the next call of the session", async () => {
  const { id, session } = await join("changing@example.com");
  await accounts.members.change(accounts.caller, id, "analyst");
  const principal = await accounts.signIn.bySession(session);
  assert.equal(principal?.kind === "provider" && principal.role, "analyst");
  await accounts.members.remove(accounts.caller, id);
  assert.equal(await accounts.signIn.bySession(session), null);
  await assert.rejects(accounts.signIn.signIn({ email: "changing@example.com", password }, "192.0.2.1"), {
    code: "access.sign_in_failed",
  });
});

test("a session ends by signing out and by time", async () => {
  await join("session@example.com");
  const first = await accounts.signIn.signIn({ email: " Session@example.com ", password }, "192.0.2.1");
  const second = await accounts.signIn.signIn({ adminKey: accounts.adminKey }, "192.0.2.1");
  assert.equal(second.principal.kind === "provider" && second.principal.role, "owner");
  await accounts.signIn.signOut(first.token);
  assert.equal(await accounts.signIn.bySession(first.token), null);
  assert.notEqual(await accounts.signIn.bySession(second.token), null);
  accounts.advance(12 * 3_600_000);
  assert.equal(await accounts.signIn.bySession(second.token), null);
});

test("a wrong password, an unknown e-mail and a wrong admin key fail alike", async () => {
  await join("guessed@example.com");
  const failed = { code: "access.sign_in_failed" };
  await assert.rejects(accounts.signIn.signIn({ email: "guessed@example.com", password: "wrong password" }, "192.0.2.1"), failed);
  await assert.rejects(accounts.signIn.signIn({ email: "nobody@example.com", password }, "192.0.2.1"), failed);
  await assert.rejects(accounts.signIn.signIn({ adminKey: "mgladm_wrong" }, "192.0.2.1"), failed);
});

test("a customer's login is that customer with every scope, and is refused while the customer is suspended", async () => {
  const { id } = await accounts.customers.create(accounts.caller, "login");
  const { id: memberId, principal, session } = await join("person@customer.example", "viewer", id);
  await assert.rejects(accounts.members.change(accounts.caller, memberId, "owner"), { code: "accounts.login_without_role" });
  assert.equal(principal.kind === "customer" && principal.customerId, id);
  await accounts.customers.change(accounts.caller, id, { status: "suspended" });
  const suspended = { code: "accounts.customer_suspended" };
  await assert.rejects(accounts.signIn.bySession(session), suspended);
  await assert.rejects(accounts.signIn.signIn({ email: "person@customer.example", password }, "192.0.2.1"), suspended);
});

test("no secret lies in clear in any column of any table", async () => {
  const { id } = await accounts.customers.create(accounts.caller, "secrets");
  const issued = await accounts.keys.create(accounts.caller, id, { name: "k", scopes: ["read"] });
  const rotated = await accounts.keys.rotate(accounts.caller, issued.key.id, 60);
  const { invite, session } = await join("secrets@example.com");
  const tables = await accounts.pool.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  );
  assert.ok(tables.rows.length > 5);
  for (const { name } of tables.rows) {
    const found = await accounts.pool.query<{ text: string }>(`select t::text as text from ${name} t`);
    for (const secret of [issued.secret, rotated.secret, invite, session, password, accounts.adminKey]) {
      const body = secret.slice(0, 40);
      assert.equal(
        found.rows.filter(({ text }) => text.includes(body) || text.includes(Buffer.from(body).toString("hex"))).length,
        0,
        name,
      );
    }
  }
});

test("what invoices print of seller and buyer is kept; of a customer, the parts that are not said stay", async () => {
  const { caller, customers, organisations } = accounts;
  const nothing = { legalName: null, address: null, taxId: null };
  assert.deepEqual(await organisations.read(caller.organisation), { name: "provider", billing: nothing });
  const acme = { name: "Acme", billing: { legalName: "Acme GmbH", address: "Weg 1\n10115 Berlin", taxId: null } };
  assert.deepEqual(await organisations.change(caller, acme), acme);
  assert.deepEqual(await organisations.read(caller.organisation), acme);
  const buyer = await customers.create(caller, "buyer", { billing: { legalName: "Buyer Ltd" } });
  assert.deepEqual(buyer.billing, { ...nothing, legalName: "Buyer Ltd" });
  await customers.change(caller, buyer.id, { billing: { taxId: "GB1" } });
  await customers.change(caller, buyer.id, { title: "Buyer" });
  const { title, billing } = await customers.change(caller, buyer.id, { billing: { legalName: null } });
  assert.deepEqual([title, billing], ["Buyer", { ...nothing, taxId: "GB1" }]);
});

test("every change leaves one audit row with its actor, found by its subject", async () => {
  const { caller, customers, keys, members, organisations, pool } = accounts;
  const trail = async (subjectId: string) =>
    (await listAudit(pool, caller.organisation, { after: null, limit: 100, subjectId, subjectName: null })).map(({ action, actor }) => {
      return `${action} by ${actor.kind}`;
    });
  const { id } = await customers.create(caller, "audited");
  await customers.change(caller, id, { title: "Audited" });
  assert.deepEqual(await trail(id), ["accounts.customer_changed by admin", "accounts.customer_created by admin"]);
  await organisations.change(caller, await organisations.read(caller.organisation));
  assert.equal((await trail(caller.organisation))[0], "accounts.organisation_changed by admin");
  const { key } = await keys.create(caller, id, { name: "k", scopes: ["read"] });
  await keys.rotate(caller, key.id, 60);
  await keys.revoke(caller, key.id);
  await keys.revoke(caller, key.id);
  assert.deepEqual(await trail(key.id), [
    "accounts.key_revoked by admin",
    "accounts.key_rotated by admin",
    "accounts.key_created by admin",
  ]);
  const member = await join("audited@example.com");
  await members.change(caller, member.id, "analyst");
  await members.remove(caller, member.id);
  assert.deepEqual(await trail(member.id), [
    "accounts.member_removed by admin",
    "accounts.member_changed by admin",
    "accounts.signed_in by member",
    "accounts.member_joined by member",
  ]);
});
