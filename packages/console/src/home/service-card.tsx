/** A service in the list: its state, its last days, and what it costs. */
import { Link } from "react-router";
import { Spark } from "../charts/spark.tsx";
import { useWords } from "../language/language.tsx";
import { StatusBadge } from "../services/status-badge.tsx";
import { priceOfPlan } from "./price-of-plan.ts";
import { countsByDay, type UsedService } from "./usage-days.ts";

const shownDays = 14;

export function ServiceCard({ used: { service, plan, rows, today } }: { used: UsedService }) {
  const words = useWords();
  const { say, number } = words;
  const byDay = countsByDay(rows, today, shownDays);
  return (
    <Link className="card service-card" to={`/services/${service.name}`}>
      <div className="service-card-head">
        <h2>{service.title}</h2>
        <StatusBadge status={service.status} />
        <p className="small quiet">
          {service.name} · {say("home.version", { number: service.version.number })}
        </p>
      </div>
      {byDay.some((count) => count > 0) ? (
        <span role="img" aria-label={`${say("home.days")}: ${byDay.map((day) => number(day)).join(", ")}`}>
          <Spark counts={byDay} className="spark across" />
        </span>
      ) : (
        <p className="spark across empty-spark">{say("home.noCalls")}</p>
      )}
      <div className="service-card-foot">
        <strong>{say("home.decisionsToday", { count: number(byDay.at(-1) ?? 0) })}</strong>
        <span className="small quiet">{priceOfPlan(plan, words) ?? service.plan ?? say("home.free")}</span>
      </div>
    </Link>
  );
}
