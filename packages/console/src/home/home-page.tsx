/** The services with what was asked of them today and in the last days. */
import { billingRoutes, meteringRoutes, servingRoutes } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { ErrorNotice, Loading, PageHead } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";
import { ServiceCard } from "./service-card.tsx";
import { TodayFigures } from "./today-figures.tsx";
import { dayIn, type UsedService } from "./usage-days.ts";

export function HomePage() {
  const { say } = useWords();
  const session = useSignedIn();
  const isProvider = session.kind === "provider";
  const services = useQuery({ queryKey: ["services"], queryFn: () => callRoute(servingRoutes.listServices, {}) });
  const usage = useQuery({
    queryKey: ["usage", "today"],
    queryFn: () => callRoute(meteringRoutes.usageSummary, { query: {} }),
    refetchInterval: 15_000,
  });
  const plans = useQuery({ queryKey: ["plans"], queryFn: () => callRoute(billingRoutes.listPlans, {}), enabled: isProvider });
  if (services.isPending) return <Loading />;
  if (services.isError) return <ErrorNotice error={services.error} />;
  const mayPublish = mayAs(session, "engineer");
  const now = new Date();
  const used = services.data.items.map((service): UsedService => {
    const plan = plans.data?.items.find(({ name }) => name === service.plan);
    const rows = (usage.data?.items ?? []).filter((row) => row.service === service.id);
    return { service, plan, rows, today: dayIn(plan?.timeZone, now) };
  });
  return (
    <div className="page">
      <PageHead title={say("home.title")} lead={say(isProvider ? "home.lead" : "home.customerLead")}>
        {mayPublish && used.length > 0 ? (
          <Link className="button primary" to="/new">
            {say("home.new")}
          </Link>
        ) : null}
      </PageHead>
      {used.length === 0 ? (
        <Empty isProvider={isProvider} mayPublish={mayPublish} />
      ) : (
        <>
          <TodayFigures used={used} />
          <ErrorNotice error={usage.error} />
          <div className="grid">
            {used.map((one) => (
              <ServiceCard key={one.service.id} used={one} />
            ))}
          </div>
        </>
      )}
    </div>
  );
}

function Empty({ isProvider, mayPublish }: { isProvider: boolean; mayPublish: boolean }) {
  const { say } = useWords();
  return (
    <section className="card empty">
      <h2>{say(isProvider ? "home.empty.title" : "home.empty.customerTitle")}</h2>
      <p className="quiet">{say(isProvider ? "home.empty.text" : "home.empty.customerText")}</p>
      {mayPublish ? (
        <Link className="button primary" to="/new">
          {say("home.new")}
        </Link>
      ) : null}
    </section>
  );
}
