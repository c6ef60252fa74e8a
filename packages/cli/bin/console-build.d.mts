/** Flags for `megalith up`: where the console is, built from its sources if it was not yet; none when it cannot be. */
export function consoleFlags(node: string): string[];
