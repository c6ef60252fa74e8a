/** Predicted against observed: a dot a tenth of the rows, and the line on which probabilities are true. */
import { Chart } from "./chart.tsx";

export interface CalibrationPoint {
  readonly rows: number;
  readonly predicted: number;
  readonly observed: number;
}

export function CalibrationChart({
  label,
  axes,
  points,
}: {
  label: string;
  axes: readonly [string, string];
  points: readonly CalibrationPoint[];
}) {
  return (
    <Chart
      label={label}
      make={({ accent, quiet, line }) => {
        const axis = {
          type: "value",
          min: 0,
          max: 1,
          interval: 0.2,
          axisLabel: { color: quiet },
          axisLine: { show: false },
          axisTick: { show: false },
          splitLine: { lineStyle: { color: line } },
          nameTextStyle: { color: quiet },
          nameLocation: "middle",
          nameGap: 28,
        };
        const [predicted, observed] = axes;
        return {
          animation: false,
          grid: { left: 48, right: 12, top: 12, bottom: 44 },
          xAxis: { ...axis, name: predicted },
          yAxis: { ...axis, name: observed, nameGap: 34 },
          series: [
            {
              type: "line",
              data: [
                [0, 0],
                [1, 1],
              ],
              showSymbol: false,
              silent: true,
              lineStyle: { color: quiet, type: "dashed", width: 1 },
            },
            {
              type: "scatter",
              symbolSize: 9,
              data: points.map((point) => [point.predicted, point.observed]),
              itemStyle: { color: accent, opacity: 1 },
            },
          ],
        };
      }}
    />
  );
}
