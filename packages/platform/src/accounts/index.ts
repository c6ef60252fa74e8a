/** The front door of accounts. */
export { type Customer, type CustomerChange, type CustomerKey, type Member, roleOrder } from "./account.ts";
export { adminKeyFile, openAdminKey } from "./admin-key.ts";
export { type AuditEntry, type AuditPage, listAudit } from "./audit.ts";
export { CustomerService } from "./customers.ts";
export { InvitationService, type Invite } from "./invitations.ts";
export { accountsChannel, type IssuedKey, KeyService, type NewKey } from "./keys.ts";
export { MemberService } from "./members.ts";
export { ensureOrganisation, OrganisationService } from "./organisation.ts";
export { hashSecret, isSecret, newSecret } from "./secret.ts";
export type { Session } from "./sessions.ts";
export { SignInService } from "./sign-in.ts";
