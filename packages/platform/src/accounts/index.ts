/** The front door of accounts. */
export { type Customer, type CustomerChange, type CustomerKey, type Member, roleOrder } from "./account.ts";
export { adminKeyFile, openAdminKey } from "./admin-key.ts";
export { type AuditEntry, listAudit } from "./audit.ts";
export { CustomerService } from "./customers.ts";
export { accountsChannel, KeyService } from "./keys.ts";
export { type Invite, MemberService } from "./members.ts";
export { ensureOrganisation } from "./organisation.ts";
export { hashSecret, isSecret, newSecret } from "./secret.ts";
