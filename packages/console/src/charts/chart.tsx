/** One echarts picture that follows its box and the page's colours; only the parts in use are loaded. */
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";

use([BarChart, LineChart, ScatterChart, GridComponent, TooltipComponent, SVGRenderer]);

export interface Colours {
  readonly accent: string;
  readonly quiet: string;
  readonly line: string;
  readonly surface: string;
  readonly ink: string;
}

/** @param make gives the picture in the colours of the moment; it is called again when light and dark change. */
export function Chart({ label, make }: { label: string; make: (colours: Colours) => EChartsCoreOption }) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(make);
  const redraw = useRef<() => void>(undefined);
  latest.current = make;
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const chart = init(element, undefined, { renderer: "svg" });
    const draw = () =>
      chart.setOption({
        textStyle: { fontFamily: getComputedStyle(element).fontFamily },
        ...latest.current({
          accent: colour(element, "--accent"),
          quiet: colour(element, "--quiet"),
          line: colour(element, "--line"),
          surface: colour(element, "--surface"),
          ink: colour(element, "--ink"),
        }),
      });
    redraw.current = draw;
    const sizes = new ResizeObserver(() => chart.resize());
    sizes.observe(element);
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme", "lang"] });
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", draw);
    return () => {
      sizes.disconnect();
      theme.disconnect();
      system.removeEventListener("change", draw);
      chart.dispose();
    };
  }, []);
  // What is shown may change while the picture stays, as when usage is asked for again.
  useEffect(() => redraw.current?.());
  return <div ref={box} className="chart" role="img" aria-label={label} />;
}

/** A token's colour as the browser computes it: light-dark() is only resolved on a real property. */
function colour(near: HTMLElement, token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  near.append(probe);
  const computed = getComputedStyle(probe).color;
  probe.remove();
  return computed;
}
