/** What a customer asked, by day: a chart and the same as a table. */
import { meteringRoutes, wordMoney } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { addressOf, callRoute } from "../api/call-route.ts";
import { DataTable, ErrorNotice, Loading } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";

const DayChart = lazy(async () => ({ default: (await import("../charts/day-chart.tsx")).DayChart }));

export function UsagePart({ customer }: { customer: string }) {
  const { say, number } = useWords();
  const usage = useQuery({ queryKey: ["usage", customer], queryFn: () => callRoute(meteringRoutes.usageSummary, { query: { customer } }) });
  if (usage.isPending) return <Loading />;
  if (usage.isError) return <ErrorNotice error={usage.error} />;
  const days = new Map<string, { count: number; amounts: Map<string, bigint> }>();
  for (const row of usage.data.items) {
    const day = days.get(row.day) ?? { count: 0, amounts: new Map<string, bigint>() };
    day.count += row.count;
    if (row.currency !== null) day.amounts.set(row.currency, (day.amounts.get(row.currency) ?? 0n) + BigInt(row.amountNanos));
    days.set(row.day, day);
  }
  const sorted = [...days].sort(([a], [b]) => a.localeCompare(b));
  const charted = lastDays(sorted.at(-1)?.[0]).map((day) => ({ day, count: days.get(day)?.count ?? 0 }));
  return (
    <section className="card">
      <div className="row apart">
        <h2>{say("usage.title")}</h2>
        {sorted.length === 0 ? null : (
          <a className="button small" download href={addressOf(meteringRoutes.exportUsage, { query: { customer } })}>
            {say("common.csv")}
          </a>
        )}
      </div>
      {sorted.length === 0 ? (
        <p className="quiet">{say("usage.empty")}</p>
      ) : (
        <>
          <Suspense fallback={<Loading />}>
            <DayChart label={say("usage.title")} days={charted} />
          </Suspense>
          <DataTable
            label={say("usage.title")}
            head={[say("usage.day"), { number: say("usage.decisions") }, { number: say("usage.amount") }]}
          >
            {sorted.toReversed().map(([day, { count, amounts }]) => (
              <tr key={day}>
                <td>{day}</td>
                <td className="number">{number(count)}</td>
                <td className="number">{[...amounts].map(([currency, nanos]) => wordMoney(String(nanos), currency)).join(" · ") || "–"}</td>
              </tr>
            ))}
          </DataTable>
        </>
      )}
    </section>
  );
}

const shownDays = 31;
const dayMs = 86_400_000;

/** The days up to the last with use, or today; those without use too. */
function lastDays(last: string | undefined): string[] {
  const end = Math.max(Date.parse(new Date().toISOString().slice(0, 10)), last === undefined ? 0 : Date.parse(last));
  return Array.from({ length: shownDays }, (_, index) => new Date(end - (shownDays - 1 - index) * dayMs).toISOString().slice(0, 10));
}
