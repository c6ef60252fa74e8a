/** Counts by day as bars. */
import { Chart } from "./chart.tsx";

export function DayChart({ label, days }: { label: string; days: readonly { readonly day: string; readonly count: number }[] }) {
  return (
    <Chart
      label={label}
      make={({ accent, quiet, line }) => ({
        animation: false,
        grid: { left: 8, right: 8, top: 12, bottom: 4, containLabel: true },
        tooltip: { trigger: "axis" },
        xAxis: {
          type: "category",
          data: days.map(({ day }) => day),
          axisLabel: { color: quiet },
          axisLine: { lineStyle: { color: line } },
          axisTick: { show: false },
        },
        yAxis: { type: "value", minInterval: 1, axisLabel: { color: quiet }, splitLine: { lineStyle: { color: line } } },
        series: [
          { type: "bar", data: days.map(({ count }) => count), barMaxWidth: 36, itemStyle: { color: accent, borderRadius: [4, 4, 0, 0] } },
        ],
      })}
    />
  );
}
