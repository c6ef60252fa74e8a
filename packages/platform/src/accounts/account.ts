/** The words of accounts. Ids are bare uuids. */
import type { BillingIdentityShape, Role, Scope } from "@megalith/contract";

export interface Member {
  readonly id: string;
  readonly customerId: string | null;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Date;
}

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly status: "active" | "suspended";
  /** Null: every service. */
  readonly serviceIds: readonly string[] | null;
  readonly billing: BillingIdentityShape;
  readonly createdAt: Date;
}

export interface CustomerKey {
  readonly id: string;
  readonly customerId: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  /** Null: every service of its customer. */
  readonly serviceIds: readonly string[] | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** To the minute; null before the first use. */
  readonly lastUsedAt: Date | null;
}

/** What may be changed of a customer. */
export interface CustomerChange {
  readonly name?: string | undefined;
  readonly title?: string | undefined;
  readonly status?: "active" | "suspended" | undefined;
  readonly serviceIds?: readonly string[] | null | undefined;
  /** What is left out stays. */
  readonly billing?: Partial<BillingIdentityShape> | undefined;
}

/** From the least to the most. */
export const roleOrder: readonly Role[] = ["viewer", "analyst", "engineer", "owner"];
