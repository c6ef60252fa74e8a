/** Counts by day as bars; a day is told as month and day, and whole when it is pointed at. */
import { useWords } from "../language/language.tsx";
import { Chart } from "./chart.tsx";

interface ChartDay {
  readonly day: string;
  readonly count: number;
  /** Besides the count, for example what it cost. */
  readonly note: string;
}

export function DayChart({ label, days }: { label: string; days: readonly ChartDay[] }) {
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
          formatter: ([bar]: readonly { readonly dataIndex: number }[]) => {
            const day = days[bar?.dataIndex ?? -1];
            return day === undefined ? "" : `${wholeDay.format(new Date(day.day))}<br>${number(day.count)} · ${day.note}`;
          },
        },
        xAxis: {
          type: "category",
          data: days.map(({ day }) => day),
          axisLabel: { color: quiet, hideOverlap: true, alignMaxLabel: "right", formatter: (day: string) => dayOf.format(new Date(day)) },
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
