/** What invoices print of a seller or a buyer, as its columns hold it. */
import type { BillingIdentityShape } from "@megalith/contract";

export interface IdentityRow {
  legal_name: string | null;
  address: string | null;
  tax_id: string | null;
}

export function toIdentity(row: IdentityRow): BillingIdentityShape {
  return { legalName: row.legal_name, address: row.address, taxId: row.tax_id };
}
