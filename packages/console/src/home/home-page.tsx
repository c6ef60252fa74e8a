/** The services with what was asked of them today. */
import {
  billingRoutes,
  meteringRoutes,
  type PlanShape,
  type ServiceShape,
  servingRoutes,
  type UsageSumShape,
  wordMoney,
} from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { Spark } from "../charts/spark.tsx";
import { ErrorNotice, Loading, PageHead } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";
import { priceOfPlan } from "./price-of-plan.ts";

const shownDays = 14;

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
  const today = new Date().toISOString().slice(0, 10);
  const all = usage.data?.items ?? [];
  const rows = all.filter((row) => row.day === today);
  if (services.isPending) return <Loading />;
  if (services.isError) return <ErrorNotice error={services.error} />;
  const mayPublish = mayAs(session, "engineer");
  return (
    <div className="page">
      <PageHead title={say("home.title")} lead={say(isProvider ? "home.lead" : "home.customerLead")}>
        {mayPublish ? (
          <Link className="button primary" to="/new">
            {say("home.new")}
          </Link>
        ) : null}
      </PageHead>
      {services.data.items.length === 0 ? (
        <Empty isProvider={isProvider} mayPublish={mayPublish} />
      ) : (
        <>
          <Figures services={services.data.items} rows={rows} />
          <div className="grid">
            {services.data.items.map((service) => (
              <ServiceCard key={service.id} service={service} rows={all} today={today} plans={plans.data?.items ?? []} />
            ))}
          </div>
        </>
      )}
    </div>
  );
}

function Figures({ services, rows }: { services: readonly ServiceShape[]; rows: readonly UsageSumShape[] }) {
  const { say, number } = useWords();
  const amounts = new Map<string, bigint>();
  for (const row of rows) if (row.currency !== null) amounts.set(row.currency, (amounts.get(row.currency) ?? 0n) + BigInt(row.amountNanos));
  const figures: [string, string][] = [
    [say("home.today"), number(rows.reduce((sum, row) => sum + row.count, 0))],
    [say("home.revenue"), [...amounts].map(([currency, nanos]) => wordMoney(String(nanos), currency)).join(" · ") || "–"],
    [say("home.openServices"), number(services.filter((service) => service.status === "open").length)],
  ];
  return (
    <dl className="grid">
      {figures.map(([label, value]) => (
        <div key={label} className="card figure">
          <dt className="small quiet">{label}</dt>
          <dd className="figure-value">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface ServiceCardProps {
  readonly service: ServiceShape;
  readonly rows: readonly UsageSumShape[];
  readonly today: string;
  readonly plans: readonly PlanShape[];
}

function ServiceCard({ service, rows, today, plans }: ServiceCardProps) {
  const { say, number } = useWords();
  const byDay = countsByDay(
    rows.filter((row) => row.service === service.id),
    today,
  );
  const count = byDay.at(-1) ?? 0;
  const price = priceOfPlan(plans.find((plan) => plan.name === service.plan));
  return (
    <Link className="card" to={`/services/${service.name}`}>
      <div className="row apart">
        <h2>{service.title}</h2>
        <span className={service.status === "open" ? "badge good" : "badge warn"}>{say(`status.${service.status}`)}</span>
      </div>
      <p className="small quiet">
        {service.name} · {say("home.version", { number: service.version.number })}
      </p>
      <span role="img" aria-label={`${say("home.days")}: ${byDay.map((day) => number(day)).join(", ")}`}>
        <Spark counts={byDay} />
      </span>
      <div className="row apart">
        <strong>{say("home.decisionsToday", { count: number(count) })}</strong>
        <span className="small quiet">{price ?? service.plan ?? say("home.free")}</span>
      </div>
    </Link>
  );
}

/** Decisions of the last days, the newest last. */
function countsByDay(rows: readonly UsageSumShape[], today: string): number[] {
  const end = Date.parse(today);
  const counts = new Array<number>(shownDays).fill(0);
  for (const { day, count } of rows) {
    const place = shownDays - 1 - (end - Date.parse(day)) / 86_400_000;
    if (place >= 0 && place < shownDays) counts[place] = (counts[place] ?? 0) + count;
  }
  return counts;
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
