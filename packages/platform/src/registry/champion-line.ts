/**
 * The line of champions as a roll-back sees it.
 *
 * Going back to a version that was champion before, by promotion or by roll-back, takes what came after it off the line: a
 * version that was left is never come back to by rolling back, only by promoting it.
 */

/** @param history version numbers, newest first. @returns where a roll-back of the newest goes; undefined when there is nothing before it. */
export function championBefore(history: readonly number[]): number | undefined {
  const line: number[] = [];
  for (const number of history.toReversed()) {
    const place = line.indexOf(number);
    if (place < 0) line.push(number);
    else line.length = place + 1;
  }
  return line.at(-2);
}

/** The newest change was this very roll-back: from `expected` to the version before it. */
export function isRolledBackFrom(expected: number, history: readonly number[]): boolean {
  const [current, before] = history;
  return before === expected && championBefore(history.slice(1)) === current;
}
