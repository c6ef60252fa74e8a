/** Counts by day as bars; a day is told as month and day, and whole when it is pointed at. */
import { useWords } from "../language/language.tsx";
import { Chart } from "./chart.tsx";

export function DayChart({ label, days }: { label: string; days: readonly { readonly day: string; readonly count: number }[] }) {
  const { language, number } = useWords();
  const dayOf = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", timeZone: "UTC" });
  const wholeDay = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
  return (
    <Chart
      label={label}
      make={({ accent, quiet, line, surface, ink }) => ({
        animation: false,
        grid: { left: 0, right: 8, top: 12, bottom: 0, containLabel: true },
        tooltip: {
          trigger: "axis",
          axisPointer: { type: "shadow" },
          backgroundColor: surface,
          borderColor: line,
          textStyle: { color: ink, fontSize: 13 },
          formatter: ([bar]: readonly { readonly name: string; readonly value: number }[]) =>
            bar === undefined ? "" : `${wholeDay.format(new Date(bar.name))}: ${number(bar.value)}`,
        },
        xAxis: {
          type: "category",
          data: days.map(({ day }) => day),
          axisLabel: { color: quiet, hideOverlap: true, formatter: (day: string) => dayOf.format(new Date(day)) },
          axisLine: { lineStyle: { color: line } },
          axisTick: { show: false },
        },
        yAxis: {
          type: "value",
          minInterval: 1,
          splitNumber: 4,
          axisLabel: { color: quiet, formatter: (count: number) => number(count) },
          splitLine: { lineStyle: { color: line } },
        },
        series: [
          { type: "bar", data: days.map(({ count }) => count), barMaxWidth: 36, itemStyle: { color: accent, borderRadius: [4, 4, 0, 0] } },
        ],
      })}
    />
  );
}
