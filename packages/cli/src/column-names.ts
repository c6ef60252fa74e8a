/** Names of columns as a flag lists them: with commas between, spaces around them or not. */
export function columnNames(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
