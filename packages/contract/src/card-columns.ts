/** What a version's card says of the columns that a record has. */

/** Names of the columns that had a value in every row of the training table; none where a card does not count what was missing. */
export function completeColumns(card: Readonly<Record<string, unknown>>): string[] {
  if (!Array.isArray(card.columns)) return [];
  return card.columns.flatMap((column: unknown) => {
    const { name, missing } = (column ?? {}) as { name?: unknown; missing?: unknown };
    return typeof name === "string" && missing === 0 ? [name] : [];
  });
}
