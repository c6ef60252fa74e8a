/** People, customers and keys: sessions, members, invitations, what customers may use, and the trail of changes. */
import { type Static, Type } from "typebox";
import { formed } from "./forms.ts";
import { defineRoute } from "./route.ts";
import { Actor, BillingIdentityShape, Id, List, ListQuery, Name, Time, Title } from "./shapes.ts";

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

export const RoleShape = Type.Union([Type.Literal("viewer"), Type.Literal("analyst"), Type.Literal("engineer"), Type.Literal("owner")], {
  description: "Each role may do what those before it may.",
});
export const ScopeShape = Type.Union([Type.Literal("decide"), Type.Literal("read"), Type.Literal("label"), Type.Literal("erase")]);

const Email = Type.String({ minLength: 3, maxLength: 254, ...formed("email") });
const Password = Type.String({ minLength: 12, maxLength: 200, description: "At least 12 characters." });
const Secret = Type.String({ minLength: 1, maxLength: 200 });

export const SessionShape = Type.Object({
  kind: Type.Union([Type.Literal("provider"), Type.Literal("customer")]),
  name: Type.String(),
  member: Nullable(Id("member")),
  /** Null for a customer. */
  role: Nullable(RoleShape),
  /** Null for the provider's people. */
  customer: Nullable(Id("customer")),
  scopes: Type.Array(ScopeShape),
  actor: Actor,
});
export type SessionShape = Static<typeof SessionShape>;

export const MemberShape = Type.Object({
  id: Id("member"),
  customer: Nullable(Id("customer")),
  email: Type.String(),
  name: Type.String(),
  role: RoleShape,
  createdAt: Time,
});
export type MemberShape = Static<typeof MemberShape>;

export const InvitationShape = Type.Object({
  token: Type.String({ description: "Shown now and never again." }),
  path: Type.String({ description: "Of the console's page; the token stands after #, which no server logs." }),
  expiresAt: Time,
});
export type InvitationShape = Static<typeof InvitationShape>;

/** The provider: what it is called, and what its invoices print of it as the seller. */
export const OrganisationShape = Type.Object({ name: Title, billing: BillingIdentityShape });
export type OrganisationShape = Static<typeof OrganisationShape>;

export const OpenInviteShape = Type.Object({
  id: Id("invite"),
  customer: Nullable(Id("customer")),
  role: RoleShape,
  createdAt: Time,
  expiresAt: Time,
});
export type OpenInviteShape = Static<typeof OpenInviteShape>;

export const CustomerShape = Type.Object({
  id: Id("customer"),
  name: Name,
  title: Type.String(),
  status: Type.Union([Type.Literal("active"), Type.Literal("suspended")]),
  services: Nullable(Type.Array(Id("service"), { maxItems: 1000, description: "Services that the customer may use; null is all." })),
  billing: BillingIdentityShape,
  createdAt: Time,
});
export type CustomerShape = Static<typeof CustomerShape>;

export const KeyShape = Type.Object({
  id: Id("key"),
  customer: Id("customer"),
  name: Type.String(),
  prefix: Type.String({ description: "The first characters, to tell keys apart." }),
  scopes: Type.Array(ScopeShape),
  services: Nullable(Type.Array(Id("service"))),
  createdAt: Time,
  expiresAt: Nullable(Time),
  revokedAt: Nullable(Time),
  lastUsedAt: Nullable(
    Type.String({ format: "date-time", description: "To the minute, shown within a minute; null before the first use." }),
  ),
});
export type KeyShape = Static<typeof KeyShape>;

const NewKeyShape = Type.Object({ key: KeyShape, secret: Type.String({ description: "Shown now and never again." }) });

export const AuditShape = Type.Object({
  id: Id("audit"),
  actor: Actor,
  action: Type.String(),
  subjectKind: Type.String(),
  subject: Nullable(Type.String({ description: "Id of what was changed." })),
  subjectName: Type.String(),
  detail: Type.Record(Type.String(), Type.Unknown()),
  recordedAt: Time,
});
export type AuditShape = Static<typeof AuditShape>;

const customerParams = Type.Object({ customer: Id("customer") });
const memberParams = Type.Object({ member: Id("member") });
const keyParams = Type.Object({ key: Id("key") });

export const accountsRoutes = {
  createSession: defineRoute({
    method: "POST",
    path: "/api/v1/sessions",
    summary: "Signs in, by e-mail and password or by the admin key; the session comes as a cookie.",
    description:
      "Send `adminKey`, or `email` and `password`. The cookie is HttpOnly and SameSite=Strict and ends after twelve hours. Who fails often waits, twice as long each time.",
    tag: "sessions",
    access: { kind: "public" },
    body: Type.Object({
      adminKey: Type.Optional(Secret),
      email: Type.Optional(Type.String({ maxLength: 254 })),
      password: Type.Optional(Type.String({ maxLength: 200 })),
    }),
    status: 201,
    response: SessionShape,
    errors: ["access.sign_in_failed", "access.too_many_failures"],
  }),
  currentSession: defineRoute({
    method: "GET",
    path: "/api/v1/sessions/current",
    summary: "Who calls: by session or by key.",
    description: "What a console asks first: the caller's name, role or scopes, and the customer that it belongs to.",
    tag: "sessions",
    access: { kind: "known" },
    response: SessionShape,
  }),
  endSession: defineRoute({
    method: "DELETE",
    path: "/api/v1/sessions/current",
    summary: "Signs out.",
    description: "Ends the session of the cookie at once. With a key nothing ends; revoke the key instead.",
    tag: "sessions",
    access: { kind: "known" },
    status: 204,
  }),
  readOrganisation: defineRoute({
    method: "GET",
    path: "/api/v1/organisation",
    summary: "The provider: its name, and what invoices print of the seller.",
    description: "`billing` is what invoices print of the seller from the next one on.",
    tag: "organisation",
    access: { kind: "provider", role: "viewer" },
    response: OrganisationShape,
  }),
  changeOrganisation: defineRoute({
    method: "PUT",
    path: "/api/v1/organisation",
    summary: "Sets the provider's name and what invoices print of the seller; issued invoices stay as they were.",
    description: "Both parts are set; a part of `billing` that is null is left out of invoices.",
    tag: "organisation",
    access: { kind: "provider", role: "owner" },
    body: OrganisationShape,
    response: OrganisationShape,
  }),
  listMembers: defineRoute({
    method: "GET",
    path: "/api/v1/members",
    summary: "The provider's people and the customers' logins.",
    description: "A customer's logins name their customer; the provider's people have null there.",
    tag: "members",
    access: { kind: "provider", role: "viewer" },
    response: List(MemberShape),
  }),
  inviteMember: defineRoute({
    method: "POST",
    path: "/api/v1/members/invites",
    summary: "Makes a link by which one person joins the provider with a role; it works once, for seven days.",
    description: "The reply holds the link's path and its token, which is shown once. Nothing is sent by mail.",
    tag: "members",
    access: { kind: "provider", role: "owner" },
    body: Type.Object({ role: RoleShape }),
    status: 201,
    response: InvitationShape,
  }),
  changeMember: defineRoute({
    method: "PATCH",
    path: "/api/v1/members/{member}",
    summary: "Changes a member's role, in force with the next call.",
    description: "The last owner keeps the role, and a customer's login has none.",
    tag: "members",
    access: { kind: "provider", role: "owner" },
    params: memberParams,
    body: Type.Object({ role: RoleShape }),
    response: MemberShape,
    errors: ["accounts.last_owner", "accounts.login_without_role"],
  }),
  removeMember: defineRoute({
    method: "DELETE",
    path: "/api/v1/members/{member}",
    summary: "Removes a member and ends its sessions.",
    description: "What the member did stays in the trail under its name. The last owner cannot be removed.",
    tag: "members",
    access: { kind: "provider", role: "owner" },
    params: memberParams,
    status: 204,
    errors: ["accounts.last_owner"],
  }),
  listInvites: defineRoute({
    method: "GET",
    path: "/api/v1/invites",
    summary: "Invitations that still work, newest first, never their links.",
    description: "One that was used, has expired or was withdrawn is not among them.",
    tag: "members",
    access: { kind: "provider", role: "viewer" },
    response: List(OpenInviteShape),
  }),
  withdrawInvite: defineRoute({
    method: "DELETE",
    path: "/api/v1/invites/{invite}",
    summary: "Withdraws an invitation: its link works no more. Repeating it is harmless.",
    description: "Who joined by it already stays a member.",
    tag: "members",
    access: { kind: "provider", role: "owner" },
    params: Type.Object({ invite: Id("invite") }),
    status: 204,
  }),
  readInvite: defineRoute({
    method: "POST",
    path: "/api/v1/invites/read",
    summary: "What an invitation is for. The token travels in the body, out of logs.",
    description: "Asked by the page that the link opens, before a person fills in a name and a password.",
    tag: "members",
    access: { kind: "public" },
    body: Type.Object({ token: Secret }),
    response: Type.Object({
      kind: Type.Union([Type.Literal("provider"), Type.Literal("customer")]),
      role: RoleShape,
      customerTitle: Nullable(Type.String()),
      expiresAt: Time,
    }),
    errors: ["accounts.invite_invalid"],
  }),
  acceptInvite: defineRoute({
    method: "POST",
    path: "/api/v1/invites/accept",
    summary: "Joins by invitation and signs in.",
    description: "The invitation is used up, and the reply's cookie is a session as from signing in.",
    tag: "members",
    access: { kind: "public" },
    body: Type.Object({ token: Secret, email: Email, name: Title, password: Password }),
    status: 201,
    response: SessionShape,
    errors: ["accounts.invite_invalid", "accounts.email_taken"],
  }),
  listCustomers: defineRoute({
    method: "GET",
    path: "/api/v1/customers",
    summary: "Customers, oldest first; by name, the one of that name.",
    description: "By `name` the list has one entry or none.",
    tag: "customers",
    access: { kind: "provider", role: "viewer" },
    query: Type.Object({ name: Type.Optional(Name), ...ListQuery.properties }),
    response: List(CustomerShape),
  }),
  createCustomer: defineRoute({
    method: "POST",
    path: "/api/v1/customers",
    summary: "Makes a customer.",
    description: "Without `services` the customer may use all. It asks by keys of its own: make one next.",
    tag: "customers",
    access: { kind: "provider", role: "engineer" },
    body: Type.Object({
      name: Name,
      title: Type.Optional(Title),
      services: Type.Optional(CustomerShape.properties.services),
      billing: Type.Optional(Type.Partial(BillingIdentityShape)),
    }),
    status: 201,
    response: CustomerShape,
    errors: ["accounts.customer_name_taken"],
  }),
  readCustomer: defineRoute({
    method: "GET",
    path: "/api/v1/customers/{customer}",
    summary: "One customer; a customer reads itself.",
    description: "To a customer any other is as if it did not exist.",
    tag: "customers",
    access: { kind: "customer", scope: "read", role: "viewer" },
    params: customerParams,
    response: CustomerShape,
  }),
  changeCustomer: defineRoute({
    method: "PATCH",
    path: "/api/v1/customers/{customer}",
    summary: "Changes a customer, in force with the next call; suspended, its keys and logins are refused.",
    description: "What is left out stays as it is, each part of `billing` too. Issued invoices keep what they printed.",
    tag: "customers",
    access: { kind: "provider", role: "engineer" },
    params: customerParams,
    body: Type.Partial(
      Type.Object({
        name: Name,
        title: Title,
        status: CustomerShape.properties.status,
        services: CustomerShape.properties.services,
        billing: Type.Partial(BillingIdentityShape),
      }),
    ),
    response: CustomerShape,
    errors: ["accounts.customer_name_taken"],
  }),
  inviteCustomerLogin: defineRoute({
    method: "POST",
    path: "/api/v1/customers/{customer}/invites",
    summary: "Makes a link by which one person of the customer gets a login; it works once, for seven days.",
    description: "A login sees the services, keys, decisions, usage and invoices of its customer, and nothing else.",
    tag: "customers",
    access: { kind: "provider", role: "engineer" },
    params: customerParams,
    status: 201,
    response: InvitationShape,
  }),
  listKeys: defineRoute({
    method: "GET",
    path: "/api/v1/customers/{customer}/keys",
    summary: "A customer's keys, newest first, never their secrets; a customer sees its own.",
    description: "A revoked key stays in the list with the time of its end.",
    tag: "keys",
    access: { kind: "customer", scope: "read", role: "viewer" },
    params: customerParams,
    response: List(KeyShape),
  }),
  createKey: defineRoute({
    method: "POST",
    path: "/api/v1/customers/{customer}/keys",
    summary: "Makes a key; its secret is shown once.",
    description:
      "`scopes` say what the key may do, `services` for which services; null is all of its customer's. The secret is stored as a hash and cannot be shown again.",
    tag: "keys",
    access: { kind: "provider", role: "engineer" },
    params: customerParams,
    body: Type.Object({
      name: Title,
      scopes: Type.Array(ScopeShape, { minItems: 1, maxItems: 4, uniqueItems: true }),
      services: Type.Optional(Nullable(Type.Array(Id("service"), { minItems: 1, maxItems: 1000 }))),
      expiresAt: Type.Optional(Nullable(Time)),
    }),
    status: 201,
    response: NewKeyShape,
  }),
  rotateKey: defineRoute({
    method: "POST",
    path: "/api/v1/keys/{key}/rotate",
    summary: "Makes a successor with the same rights; the old key ends after the overlap.",
    description:
      "Both keys work during the overlap, so that a caller can be changed without a gap. A key that ended already has no successor.",
    tag: "keys",
    access: { kind: "provider", role: "engineer" },
    params: keyParams,
    body: Type.Object({ overlapSeconds: Type.Integer({ minimum: 0, maximum: 2_592_000, default: 86_400 }) }),
    status: 201,
    response: NewKeyShape,
    errors: ["accounts.key_revoked", "accounts.key_rotated"],
  }),
  revokeKey: defineRoute({
    method: "DELETE",
    path: "/api/v1/keys/{key}",
    summary: "Ends a key at once; repeating it is harmless.",
    description: "The next call with it answers 401, on every process of the installation.",
    tag: "keys",
    access: { kind: "provider", role: "engineer" },
    params: keyParams,
    status: 204,
  }),
  listAudit: defineRoute({
    method: "GET",
    path: "/api/v1/audit",
    summary: "Every change: who, what, when; newest first.",
    description: "By `subject` or `subjectName` the changes of one thing. A row says who by kind, id and the name at that time.",
    tag: "audit",
    access: { kind: "provider", role: "viewer" },
    query: Type.Object({
      subject: Type.Optional(Type.String({ maxLength: 60, description: "Id of what was changed, for example `cus_…`." })),
      subjectName: Type.Optional(Type.String({ maxLength: 254 })),
      ...ListQuery.properties,
    }),
    response: List(AuditShape),
  }),
} as const;
