import type { CustomerShape, KeyShape, MemberShape, SessionShape } from "../accounts.ts";
import { ids, owner, times } from "./story.ts";

const billing = { legalName: "Acme Bank AG", address: "Bahnhofstrasse 1\n8001 Zürich", taxId: "CHE-123.456.789" };
const session: SessionShape = {
  kind: "provider",
  name: "Ada Lovelace",
  member: ids.member,
  role: "owner",
  customer: null,
  scopes: [],
  actor: owner,
};
const member: MemberShape = {
  id: ids.member,
  customer: null,
  email: "ada@provider.example",
  name: "Ada Lovelace",
  role: "owner",
  createdAt: times.made,
};
const customer: CustomerShape = {
  id: ids.customer,
  name: "acme-bank",
  title: "Acme Bank",
  status: "active",
  services: [ids.service],
  billing,
  createdAt: times.made,
};
const key: KeyShape = {
  id: ids.key,
  customer: ids.customer,
  name: "loan desk",
  prefix: "mgl_Vrhuif",
  scopes: ["decide", "read"],
  services: null,
  createdAt: times.made,
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: times.asked,
};
const secret = "mgl_VrhuifExampleOfASecretThatIsShownOnce";
const token = "inv-example-of-a-token";
const invitation = { token, path: `/join#${token}`, expiresAt: "2026-05-11T08:30:00.000Z" };
const organisation = {
  name: "provider",
  billing: { legalName: "Provider GmbH", address: "Hauptstr. 5\n10827 Berlin", taxId: "DE123456789" },
};

export const peopleExamples = {
  createSession: { request: { email: "ada@provider.example", password: "correct horse battery staple" }, reply: session },
  currentSession: { reply: session },
  endSession: {},
  readOrganisation: { reply: organisation },
  changeOrganisation: { request: organisation, reply: organisation },
  listMembers: { reply: { items: [member], next: null } },
  inviteMember: { request: { role: "engineer" }, reply: invitation },
  changeMember: { request: { role: "owner" }, reply: member },
  removeMember: {},
  listInvites: {
    reply: {
      items: [{ id: ids.invite, customer: null, role: "engineer", createdAt: times.made, expiresAt: invitation.expiresAt }],
      next: null,
    },
  },
  withdrawInvite: {},
  readInvite: {
    request: { token },
    reply: { kind: "provider", role: "engineer", customerTitle: null, expiresAt: invitation.expiresAt },
  },
  acceptInvite: {
    request: { token, email: "ada@provider.example", name: "Ada Lovelace", password: "correct horse battery staple" },
    reply: session,
  },
  listCustomers: { reply: { items: [customer], next: null } },
  createCustomer: { request: { name: "acme-bank", title: "Acme Bank", services: [ids.service] }, reply: customer },
  readCustomer: { reply: customer },
  changeCustomer: { request: { title: "Acme Bank", billing }, reply: customer },
  inviteCustomerLogin: { reply: invitation },
  listKeys: { reply: { items: [key], next: null } },
  createKey: { request: { name: "loan desk", scopes: ["decide", "read"] }, reply: { key, secret } },
  rotateKey: { request: { overlapSeconds: 86_400 }, reply: { key, secret } },
  revokeKey: {},
  listAudit: {
    reply: {
      items: [
        {
          id: ids.audit,
          actor: owner,
          action: "accounts.key_created",
          subjectKind: "key",
          subject: ids.key,
          subjectName: "loan desk",
          detail: { prefix: "mgl_Vrhuif", scopes: ["decide", "read"], customer: ids.customer },
          recordedAt: times.made,
        },
      ],
      next: null,
    },
  },
} as const;
