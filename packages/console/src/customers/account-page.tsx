/** A customer's own keys, usage and invoices. */
import { useSignedIn } from "../session/session.tsx";
import { CustomerView } from "./customer-page.tsx";

export function AccountPage() {
  return <CustomerView id={useSignedIn().customer ?? ""} />;
}
