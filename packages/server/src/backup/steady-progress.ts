/** Told how far a piece of work is; what is in hand. Units are the work's own: bytes, files. */
export type OnProgress = (done: number, total: number, what: string) => void;

/** Passes on what is told and never goes back, also where a part of the work is done again or turns out to be longer. */
export function steadyProgress(tell: OnProgress | undefined): OnProgress {
  let highest = 0;
  return (done, total, what) => {
    if (total <= 0) return;
    highest = Math.max(highest, Math.min(1, done / total));
    tell?.(highest * total, total, what);
  };
}
