/** Routes of people, customers and keys. */
import type {
  CustomerService,
  InvitationService,
  KeyService,
  MemberService,
  OrganisationService,
  SignInService,
} from "@megalith/platform/accounts";
import type { Pool } from "pg";
import type { BoundRoute } from "../route.ts";
import { acceptInvite } from "./accept-invite.ts";
import { changeCustomer } from "./change-customer.ts";
import { changeMember } from "./change-member.ts";
import { changeOrganisation } from "./change-organisation.ts";
import { createCustomer } from "./create-customer.ts";
import { createKey } from "./create-key.ts";
import { createSession } from "./create-session.ts";
import { currentSession } from "./current-session.ts";
import { endSession } from "./end-session.ts";
import { inviteCustomerLogin } from "./invite-customer-login.ts";
import { inviteMember } from "./invite-member.ts";
import { listAudit } from "./list-audit.ts";
import { listCustomers } from "./list-customers.ts";
import { listInvites } from "./list-invites.ts";
import { listKeys } from "./list-keys.ts";
import { listMembers } from "./list-members.ts";
import { readCustomer } from "./read-customer.ts";
import { readInvite } from "./read-invite.ts";
import { readOrganisation } from "./read-organisation.ts";
import { removeMember } from "./remove-member.ts";
import { revokeKey } from "./revoke-key.ts";
import { rotateKey } from "./rotate-key.ts";
import { withdrawInvite } from "./withdraw-invite.ts";

export interface AccountsUses {
  readonly organisations: OrganisationService;
  readonly invitations: InvitationService;
  readonly members: MemberService;
  readonly signIn: SignInService;
  readonly customers: CustomerService;
  readonly keys: KeyService;
  readonly pool: Pool;
  readonly secureCookies: boolean;
}

export function accountsRoutesOf(uses: AccountsUses): BoundRoute[] {
  return [
    createSession(uses),
    currentSession(),
    endSession(uses),
    readOrganisation(uses),
    changeOrganisation(uses),
    listMembers(uses),
    inviteMember(uses),
    changeMember(uses),
    removeMember(uses),
    listInvites(uses),
    withdrawInvite(uses),
    readInvite(uses),
    acceptInvite(uses),
    listCustomers(uses),
    createCustomer(uses),
    readCustomer(uses),
    changeCustomer(uses),
    inviteCustomerLogin(uses),
    listKeys(uses),
    createKey(uses),
    rotateKey(uses),
    revokeKey(uses),
    listAudit(uses),
  ];
}
