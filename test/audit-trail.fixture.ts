/** What each route that is no GET leaves in the trail of changes, and a walk that calls each of them once as it is meant to be called. */
import assert from "node:assert/strict";
import type { routes } from "../packages/contract/src/index.ts";
import type { StartedProduct } from "./start-product.ts";

type Changing = { [Name in keyof typeof routes]: (typeof routes)[Name]["method"] extends "GET" ? never : Name }[keyof typeof routes];

/** The action and the kind of its actor; or why there is no row: it changes nothing, or what it adds is a record of its own with its actor. */
export const auditTable: Record<Changing, `${string} by ${"member" | "key"}` | "changes nothing" | "is a record"> = {
  createSession: "accounts.signed_in by member",
  endSession: "accounts.signed_out by member",
  changeOrganisation: "accounts.organisation_changed by member",
  inviteMember: "accounts.member_invited by member",
  changeMember: "accounts.member_changed by member",
  removeMember: "accounts.member_removed by member",
  withdrawInvite: "accounts.invite_withdrawn by member",
  readInvite: "changes nothing",
  acceptInvite: "accounts.member_joined by member",
  createCustomer: "accounts.customer_created by member",
  changeCustomer: "accounts.customer_changed by member",
  inviteCustomerLogin: "accounts.member_invited by member",
  createKey: "accounts.key_created by member",
  rotateKey: "accounts.key_rotated by member",
  revokeKey: "accounts.key_revoked by member",
  createTable: "tables.table_created by member",
  addTableVersion: "tables.version_added by member",
  createView: "tables.table_created by member",
  refreshView: "tables.version_added by member",
  correctTableSchema: "tables.schema_corrected by member",
  removeTable: "tables.table_removed by member",
  startTraining: "training.started by member",
  inspectTarget: "changes nothing",
  cancelJob: "training.cancelled by member",
  addModelVersion: "registry.version_added by member",
  promoteVersion: "registry.champion_changed by member",
  rollBackChampion: "registry.champion_changed by member",
  createService: "serving.service_created by member",
  changeService: "serving.service_changed by member",
  decide: "is a record",
  recordLabels: "is a record",
  eraseSubject: "serving.subject_erased by key",
  setCustomerLimits: "metering.limits_set by member",
  creditCustomer: "metering.credit_added by member",
  createPlan: "billing.plan_created by member",
  addPlanVersion: "billing.plan_version_added by member",
  finaliseInvoice: "billing.invoice_issued by member",
  infer: "is a record",
  inferVersion: "is a record",
};

interface Entry {
  readonly id: string;
  readonly action: string;
  readonly actor: { readonly kind: string; readonly name: string };
}
type Reply = Readonly<Record<string, string>>;

/**
 * Calls every route of the table that leaves a row and notes the rows that the call left.
 * @param useLastMonth makes usage of a customer in last month. @returns that month, "2026-03".
 * @returns the newest rows of each call, as the table words them; and the actors' names.
 */
export async function walkChanges(product: StartedProduct, useLastMonth: (customer: string) => Promise<string>) {
  const left = new Map<string, string[]>();
  const names = new Set<string>();
  const trail = async () =>
    ((await product.call("GET", "/api/v1/audit?limit=20", { key: product.adminKey })).body as { items: Entry[] }).items;
  const password = "a long enough password";
  let cookie = "";
  let setCookie = "";

  async function call(
    route: Changing | null,
    method: string,
    path: string,
    body?: unknown,
    by: { key?: string; type?: string } = {},
  ): Promise<Reply> {
    const seen = new Set((await trail()).map(({ id }) => id));
    const identity = by.key === undefined ? { cookie, "sec-fetch-site": "same-origin" } : {};
    const answer = await product.call(method, path, {
      key: by.key,
      body: body ?? (method === "DELETE" ? undefined : {}),
      headers: { ...identity, ...(method === "DELETE" ? {} : { "content-type": by.type ?? "application/json" }) },
    });
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`);
    setCookie = (answer.headers.get("set-cookie") ?? "").split(";")[0] as string;
    if (route !== null) {
      const rows = (await trail()).filter(({ id, actor }) => !seen.has(id) && actor.kind !== "job");
      left.set(
        route,
        rows.map(({ action, actor }) => `${action} by ${actor.kind}`),
      );
      for (const { actor } of rows) names.add(actor.name);
    }
    return (answer.body ?? {}) as Reply;
  }

  const key = product.adminKey;
  const { token } = await call(null, "POST", "/api/v1/members/invites", { role: "owner" }, { key });
  await call("acceptInvite", "POST", "/api/v1/invites/accept", { token, email: "walker@example.com", name: "Walker", password });
  await call("createSession", "POST", "/api/v1/sessions", { email: "walker@example.com", password });
  cookie = setCookie;
  const { token: second } = await call("inviteMember", "POST", "/api/v1/members/invites", { role: "viewer" });
  const other = { token: second, email: "second@example.com", name: "Walker", password };
  await call(null, "POST", "/api/v1/invites/accept", other);
  const members = (await product.call("GET", "/api/v1/members", { key })).body as { items: { id: string; email: string }[] };
  const member = members.items.find(({ email }) => email === other.email)?.id;
  await call("changeMember", "PATCH", `/api/v1/members/${member}`, { role: "analyst" });
  await call("removeMember", "DELETE", `/api/v1/members/${member}`);

  const billing = { legalName: "Walked Ltd", address: "1 Way\nWalk", taxId: "W1" };
  await call("changeOrganisation", "PUT", "/api/v1/organisation", { name: "Walkers", billing });
  await call(null, "POST", "/api/v1/members/invites", { role: "viewer" });
  const open = (await product.call("GET", "/api/v1/invites", { key })).body as { items: { id: string }[] };
  await call("withdrawInvite", "DELETE", `/api/v1/invites/${open.items[0]?.id}`);
  const { id: customer } = await call("createCustomer", "POST", "/api/v1/customers", { name: "walked" });
  await call("changeCustomer", "PATCH", `/api/v1/customers/${customer}`, { title: "Walked" });
  await call("inviteCustomerLogin", "POST", `/api/v1/customers/${customer}/invites`);
  const scopes = ["decide", "erase"];
  const made = await call("createKey", "POST", `/api/v1/customers/${customer}/keys`, { name: "Walker", scopes });
  const { key: own, secret } = made as unknown as { key: { id: string }; secret: string };

  const csv = { type: "text/csv" };
  const rows = `a,b\n${Array.from({ length: 60 }, (_, row) => `${row},${row % 2 === 0 ? "yes" : "no"}`).join("\n")}\n`;
  await call("createTable", "POST", "/api/v1/tables?name=walked", rows, csv);
  await call("addTableVersion", "POST", "/api/v1/tables/walked/versions", rows, csv);
  await call("correctTableSchema", "PATCH", "/api/v1/tables/walked/schema", { columns: { a: { known: "after" } } });
  await call("createView", "POST", "/api/v1/views", { name: "walked-view", sql: "select * from walked" });
  await call("refreshView", "POST", "/api/v1/tables/walked-view/refresh");
  await call("removeTable", "DELETE", "/api/v1/tables/walked-view");

  const training = { table: "german-credit", target: "creditability", parameters: { rounds: 1000 } };
  const { id: job } = await call("startTraining", "POST", "/api/v1/models/walked/trainings", training);
  await call("cancelJob", "POST", `/api/v1/jobs/${job}/cancel`);
  const artifact = await fetch(`${product.url}/api/v1/models/credit-risk/versions/1/artifact`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const bytes = new Uint8Array(await artifact.arrayBuffer());
  const binary = { type: "application/octet-stream" };
  await call(null, "POST", "/api/v1/models/walked-model/versions", bytes, binary);
  await call("addModelVersion", "POST", "/api/v1/models/walked-model/versions?again=true", bytes, binary);
  await call("promoteVersion", "PUT", "/api/v1/models/walked-model/champion", { number: 2 });
  await call("rollBackChampion", "POST", "/api/v1/models/walked-model/rollback");

  const prices = {
    tiers: [{ upTo: null, priceNanos: "1" }],
    valueShare: null,
    reasonsSurchargeNanos: "0",
    monthlyFeeNanos: "0",
    includedUnits: 0,
  };
  await call("createPlan", "POST", "/api/v1/plans", { name: "walked", currency: "EUR", timeZone: "Europe/Berlin", prices });
  await call("addPlanVersion", "POST", "/api/v1/plans/walked/versions", { prices });
  await call("createService", "POST", "/api/v1/services", { name: "walked", model: "walked-model", plan: "walked" });
  await call("changeService", "PATCH", "/api/v1/services/walked", { title: "Walked" });
  await call("setCustomerLimits", "PUT", `/api/v1/customers/${customer}/limits`, { monthlyQuota: 1000, callsPerSecond: null });

  const { columns } = (await product.call("GET", "/api/v1/services/walked/schema", { key })).body as unknown as {
    columns: { name: string; example: unknown }[];
  };
  const record = Object.fromEntries(columns.map(({ name, example }) => [name, example]));
  await call(null, "POST", "/api/v1/services/walked/decide", { record, subject: "walked subject" }, { key: secret });
  await call("eraseSubject", "DELETE", "/api/v1/subjects/walked%20subject", undefined, { key: secret });
  const credit = { amount: { nanos: "1000", currency: "EUR" }, reference: "walked" };
  await call("creditCustomer", "POST", `/api/v1/customers/${customer}/credits`, credit);
  const { id: payer } = await call(null, "POST", "/api/v1/customers", { name: "walked-payer" });
  const month = await useLastMonth(payer as string);
  await call("finaliseInvoice", "POST", "/api/v1/invoices", { customer: payer, month });

  await call("rotateKey", "POST", `/api/v1/keys/${own.id}/rotate`, { overlapSeconds: 60 });
  await call("revokeKey", "DELETE", `/api/v1/keys/${own.id}`);
  await call("endSession", "DELETE", "/api/v1/sessions/current");
  return { left, names };
}
