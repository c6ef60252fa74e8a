/** Which page stands at which address; nobody but the signed-in gets past the door. */
import { Route, Routes } from "react-router";
import { AccountPage } from "./customers/account-page.tsx";
import { CustomerPage } from "./customers/customer-page.tsx";
import { CustomersPage } from "./customers/customers-page.tsx";
import { Loading } from "./design/parts.tsx";
import { HomePage } from "./home/home-page.tsx";
import { MembersPage } from "./members/members-page.tsx";
import { OrganisationPage } from "./members/organisation-page.tsx";
import { NotFoundPage } from "./not-found-page.tsx";
import { DecisionPage } from "./services/decision-page.tsx";
import { ServicePage } from "./services/service-page.tsx";
import { VersionPage } from "./services/version-page.tsx";
import { AcceptInvitePage } from "./session/accept-invite-page.tsx";
import { AwayPage } from "./session/away-page.tsx";
import { SignedIn, useSession } from "./session/session.tsx";
import { SignInPage } from "./session/sign-in-page.tsx";
import { Shell } from "./shell/shell.tsx";
import { WizardPage } from "./wizard/wizard-page.tsx";

export function App() {
  return (
    <Routes>
      <Route path="/join" element={<AcceptInvitePage />} />
      <Route path="*" element={<Inside />} />
    </Routes>
  );
}

function Inside() {
  const session = useSession();
  if (session.isPending) return <Loading />;
  if (session.isError) return <AwayPage error={session.error} isTrying={session.isFetching} onTry={session.refetch} />;
  if (session.data === null) return <SignInPage />;
  const isProvider = session.data.kind === "provider";
  return (
    <SignedIn value={session.data}>
      <Routes>
        <Route element={<Shell />}>
          <Route index element={<HomePage />} />
          <Route path="services/:service" element={<ServicePage />} />
          <Route path="decisions/:decision" element={<DecisionPage />} />
          {isProvider ? (
            <>
              <Route path="new" element={<WizardPage />} />
              <Route path="services/:service/versions/:version" element={<VersionPage />} />
              <Route path="customers" element={<CustomersPage />} />
              <Route path="customers/:customer" element={<CustomerPage />} />
              <Route path="members" element={<MembersPage />} />
              <Route path="organisation" element={<OrganisationPage />} />
            </>
          ) : (
            <Route path="account" element={<AccountPage />} />
          )}
          <Route path="*" element={<NotFoundPage />} />
        </Route>
      </Routes>
    </SignedIn>
  );
}
