/** The part of a version's card that is shown; a card from elsewhere may lack any of it. */
import type { Problem, VersionDetailShape } from "@megalith/contract";
import type { CalibrationPoint } from "../charts/calibration-chart.tsx";

export interface Leak {
  readonly column: string;
  readonly verdict: string;
  readonly reason: string;
  readonly evidence: Readonly<Record<string, number | string>>;
}

interface ShownCard {
  readonly evaluation?: {
    readonly scheme: "folds" | "holdout" | "time" | "validation";
    readonly splits: number;
    readonly rows: number;
    readonly calibration: readonly CalibrationPoint[];
  };
  readonly rounds?: { readonly rounds: number; readonly by: string };
  readonly warnings?: readonly Problem[];
  readonly table?: { readonly name: string; readonly version: number };
  readonly target?: string;
  readonly positive?: string | null;
  readonly rows?: number;
  readonly trees?: number;
  readonly parameters?: Readonly<Record<string, number | undefined>>;
  readonly leaks?: readonly Leak[];
  readonly importances?: readonly { readonly column: string; readonly share: number }[];
}

export function cardOf({ card }: VersionDetailShape): ShownCard {
  return card as ShownCard;
}

const leading = ["auc", "r2", "accuracy"];

/** The figure that most people ask for comes first. */
export function sortedMetrics(metrics: VersionDetailShape["metrics"]): readonly [string, VersionDetailShape["metrics"][string]][] {
  return Object.entries(metrics).sort(([a], [b]) => Number(leading.includes(b)) - Number(leading.includes(a)));
}
