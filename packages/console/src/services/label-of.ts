/** A column's name as a person reads it: "credit_amount" is "Credit amount", and "FICO" stays "FICO". */
export function labelOf(column: string): string {
  const words = column.replaceAll("_", " ").trim();
  return words === "" ? column : words.charAt(0).toUpperCase() + words.slice(1);
}
