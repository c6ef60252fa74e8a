/** What was asked and what it came to today, beside yesterday. */
import { Figures } from "../design/figures.tsx";
import { useWords } from "../language/language.tsx";
import { amountsOf, countsByDay, dayBefore, type UsedService } from "./usage-days.ts";

export function TodayFigures({ used }: { used: readonly UsedService[] }) {
  const { say, number, money } = useWords();
  const counts = used.map(({ rows, today }) => countsByDay(rows, today, 2));
  const sum = (day: number) => number(counts.reduce((total, of) => total + (of[day] ?? 0), 0));
  const amount = (ofDay: (today: string, day: string) => boolean) => {
    const total = new Map<string, bigint>();
    for (const { rows, today } of used)
      for (const [currency, nanos] of amountsOf(rows, ({ day }) => ofDay(today, day)))
        total.set(currency, (total.get(currency) ?? 0n) + nanos);
    return [...total].map(([currency, nanos]) => money(nanos, currency)).join(" · ") || "–";
  };
  return (
    <Figures
      figures={[
        { label: say("home.today"), value: sum(1), notes: [say("home.yesterday", { value: sum(0) })] },
        {
          label: say("home.revenue"),
          value: amount((today, day) => day >= today),
          notes: [say("home.yesterday", { value: amount((today, day) => day === dayBefore(today)) })],
        },
        {
          label: say("home.openServices"),
          value: number(used.filter(({ service }) => service.status === "open").length),
          notes: [say("home.ofServices", { count: number(used.length) })],
        },
      ]}
    />
  );
}
