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
  /** A model that was trained by command knows its table by digest only. */
  readonly table?: { readonly name?: string; readonly version?: number; readonly sha256?: string };
  readonly target?: string;
  readonly positive?: string | null;
  readonly rows?: number;
  readonly trees?: number;
  readonly parameters?: Readonly<Record<string, number | undefined>>;
  readonly leaks?: readonly Leak[];
  readonly importances?: readonly { readonly column: string; readonly share: number }[];
}

/** Cards that were published by command once named gains of columns, not their shares. */
type KeptImportance = { readonly column?: string; readonly share?: number; readonly name?: string; readonly gain?: number };

export function cardOf({ card }: VersionDetailShape): ShownCard {
  const { importances = [], ...rest } = card as Omit<ShownCard, "importances"> & { readonly importances?: readonly KeptImportance[] };
  const total = importances.reduce((sum, { gain = 0 }) => sum + gain, 0) || 1;
  const shares = importances.map(({ column, name, share, gain = 0 }) => ({ column: column ?? name ?? "", share: share ?? gain / total }));
  return { ...rest, importances: shares };
}

const leading = ["auc", "r2", "accuracy"];

/** The figure that most people ask for comes first. */
export function sortedMetrics(metrics: VersionDetailShape["metrics"]): readonly [string, VersionDetailShape["metrics"][string]][] {
  return Object.entries(metrics).sort(([a], [b]) => Number(leading.includes(b)) - Number(leading.includes(a)));
}
