/** What a customer asked in a month: sums, a chart of its days, and the same as tables. */
import { type CustomerShape, meteringRoutes, type UsageSumShape } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { addressOf, callRoute } from "../api/call-route.ts";
import { type Bar, Bars } from "../charts/bars.tsx";
import { type Figure, Figures } from "../design/figures.tsx";
import { DataTable, Loading } from "../design/parts.tsx";
import { QueryFault } from "../design/query-fault.tsx";
import { useWords, type Words } from "../language/language.tsx";
import { MonthPicker } from "./month-picker.tsx";
import { currentMonth, daysOf, periodOf } from "./months.ts";
import { noUse, type Sum, sumBy, sumOf, wordSum } from "./usage-sums.ts";
import { useServiceTitles } from "./use-service-titles.ts";

const DayChart = lazy(async () => ({ default: (await import("../charts/day-chart.tsx")).DayChart }));

export function UsagePart({ customer }: { customer: CustomerShape }) {
  const { say } = useWords();
  const [month, setMonth] = useState(currentMonth);
  const [service, setService] = useState("");
  const titles = useServiceTitles();
  const period = { customer: customer.id, ...periodOf(month) };
  const usage = useQuery({
    queryKey: ["usage", customer.id, month],
    queryFn: () => callRoute(meteringRoutes.usageSummary, { query: period }),
  });
  const all = usage.data?.items ?? [];
  const rows = service === "" ? all : all.filter((row) => row.service === service);
  const used = [...new Set([...all.map((row) => row.service), ...(service === "" ? [] : [service])])];
  const query = service === "" ? period : { ...period, service };
  return (
    <>
      <div className="toolbar">
        <MonthPicker first={customer.createdAt.slice(0, 7)} value={month} onChange={setMonth} />
        <select className="input" aria-label={say("usage.service")} value={service} onChange={(event) => setService(event.target.value)}>
          <option value="">{say("usage.allServices")}</option>
          {used.map((id) => (
            <option key={id} value={id}>
              {titles.get(id) ?? id}
            </option>
          ))}
        </select>
        {rows.length === 0 ? null : (
          <a className="button end" download href={addressOf(meteringRoutes.exportUsage, { query })}>
            {say("common.csv")}
          </a>
        )}
      </div>
      {usage.isPending ? <Loading /> : <QueryFault query={usage} />}
      {usage.isSuccess ? <MonthFigures customer={customer.id} month={month} rows={rows} /> : null}
      {usage.isSuccess && rows.length === 0 ? <NoUse month={month} /> : null}
      {rows.length === 0 ? null : <Days key={`${month} ${service}`} month={month} rows={rows} />}
      {rows.length === 0 || service !== "" || used.length < 2 ? null : <Services rows={rows} titles={titles} />}
    </>
  );
}

function NoUse({ month }: { month: string }) {
  const { say, month: word } = useWords();
  return (
    <section className="card empty">
      <h2>{say("usage.emptyTitle", { month: word(month) })}</h2>
      <p className="quiet">{say("usage.emptyText")}</p>
    </section>
  );
}

/** The sums of the month; of this month also what is left of a quota and a balance. */
function MonthFigures({ customer, month, rows }: { customer: string; month: string; rows: readonly UsageSumShape[] }) {
  const words = useWords();
  const { say, number, money } = words;
  const account = useQuery({
    queryKey: ["account", customer],
    queryFn: () => callRoute(meteringRoutes.readMeterAccount, { params: { customer } }),
  });
  const total = sumOf(rows);
  const usedDays = new Set(rows.map(({ day }) => day)).size;
  const figures: Figure[] = [
    { label: say("usage.decisions"), value: number(total.count) },
    { label: say("usage.amount"), value: wordSum(total, words) },
  ];
  if (usedDays > 0)
    figures.push({
      label: say("usage.perDay"),
      value: number(total.count / usedDays),
      notes: [say("usage.perDayNote", { count: usedDays })],
    });
  const { monthlyQuota, usedThisMonth, balance } = account.data ?? {};
  if (month === currentMonth() && monthlyQuota != null)
    figures.push({
      label: say("usage.quotaLeft"),
      value: number(Math.max(0, monthlyQuota - (usedThisMonth ?? 0))),
      notes: [say("usage.quotaNote", { quota: number(monthlyQuota) })],
    });
  if (balance != null) figures.push({ label: say("usage.balance"), value: money(balance.nanos, balance.currency) });
  return <Figures figures={figures} />;
}

function Days({ month, rows }: { month: string; rows: readonly UsageSumShape[] }) {
  const words = useWords();
  const { say, number, day: wordDay } = words;
  const sums = sumBy(rows, ({ day }) => day);
  const days = daysOf(month, lastOf(rows)).map((day) => {
    const sum = sums.get(day) ?? noUse;
    return { day, count: sum.count, note: wordSum(sum, words) };
  });
  return (
    <section className="card">
      <h2>{say("usage.title")}</h2>
      <Suspense fallback={<div className="chart" />}>
        <DayChart label={say("usage.title")} days={days} />
      </Suspense>
      <DataTable label={say("usage.title")} head={[say("usage.day"), { number: say("usage.decisions") }, { number: say("usage.amount") }]}>
        {[...sums]
          .sort(([a], [b]) => b.localeCompare(a))
          .map(([day, sum]) => (
            <tr key={day}>
              <td>{wordDay(day)}</td>
              <td className="number">{number(sum.count)}</td>
              <td className="number">{wordExact(sum, words)}</td>
            </tr>
          ))}
        <tr className="sum">
          <td>{say("invoice.total")}</td>
          <td className="number">{number(sumOf(rows).count)}</td>
          <td className="number">{wordExact(sumOf(rows), words)}</td>
        </tr>
      </DataTable>
    </section>
  );
}

function Services({ rows, titles }: { rows: readonly UsageSumShape[]; titles: ReadonlyMap<string, string> }) {
  const words = useWords();
  const { say, number } = words;
  const total = sumOf(rows).count;
  const bars: Bar[] = [...sumBy(rows, ({ service }) => service)]
    .sort(([, a], [, b]) => b.count - a.count)
    .map(([id, sum]) => ({
      label: titles.get(id) ?? id,
      text: `${number(sum.count)} · ${wordSum(sum, words)}`,
      share: sum.count / Math.max(1, total),
    }));
  return (
    <section className="card">
      <h2>{say("usage.byService")}</h2>
      <Bars bars={bars} />
    </section>
  );
}

/** To the nano, with as many digits as the prices of decisions usually need: days stand below each other. */
function wordExact({ amounts }: Sum, { amount }: Words): string {
  return [...amounts].map(([currency, nanos]) => `${amount(nanos, currency, 3)} ${currency}`).join(" · ") || "–";
}

/** The last day of the month that is shown: today, or a later one where a plan's day has begun already. */
function lastOf(rows: readonly UsageSumShape[]): string {
  return (
    rows
      .map(({ day }) => day)
      .concat(new Date().toISOString().slice(0, 10))
      .sort()
      .at(-1) ?? ""
  );
}
