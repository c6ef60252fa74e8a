/** A decimal number with its thousands apart and at least so many digits after the point: "-1234.5" to two as "-1,234.50". Pure. */
export function spaceThousands(decimal: string, digits: number): string {
  const [whole = "", fraction = ""] = decimal.split(".");
  const padded = fraction.padEnd(digits, "0");
  const thousands = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return padded === "" ? thousands : `${thousands}.${padded}`;
}
