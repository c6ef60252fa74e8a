/**
 * Money: bigint nano-units (1 unit = 1,000,000,000 nanos) of a named ISO 4217 currency.
 *
 * On the wire money is a decimal string of nanos, never a number. Amounts of two currencies are never added.
 * Exponent = digits after the point that the currency prints; nanos below it are rounded once a line, half to even.
 * Source: ISO 4217 exponents as published by SIX; the list holds what an invoice can be issued in.
 */
export const nanosPerUnit = 1_000_000_000n;

const zero = ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"];
const three = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
const two = [
  "AED",
  "AFN",
  "ALL",
  "AMD",
  "AOA",
  "ARS",
  "AUD",
  "AWG",
  "AZN",
  "BAM",
  "BBD",
  "BDT",
  "BMD",
  "BND",
  "BOB",
  "BRL",
  "BSD",
  "BTN",
  "BWP",
  "BYN",
  "BZD",
  "CAD",
  "CDF",
  "CHF",
  "CNY",
  "COP",
  "CRC",
  "CUP",
  "CVE",
  "CZK",
  "DKK",
  "DOP",
  "DZD",
  "EGP",
  "ERN",
  "ETB",
  "EUR",
  "FJD",
  "FKP",
  "GBP",
  "GEL",
  "GHS",
  "GIP",
  "GMD",
  "GTQ",
  "GYD",
  "HKD",
  "HNL",
  "HTG",
  "HUF",
  "IDR",
  "ILS",
  "INR",
  "IRR",
  "JMD",
  "KES",
  "KGS",
  "KHR",
  "KPW",
  "KYD",
  "KZT",
  "LAK",
  "LBP",
  "LKR",
  "LRD",
  "LSL",
  "MAD",
  "MDL",
  "MGA",
  "MKD",
  "MMK",
  "MNT",
  "MOP",
  "MRU",
  "MUR",
  "MVR",
  "MWK",
  "MXN",
  "MYR",
  "MZN",
  "NAD",
  "NGN",
  "NIO",
  "NOK",
  "NPR",
  "NZD",
  "PAB",
  "PEN",
  "PGK",
  "PHP",
  "PKR",
  "PLN",
  "QAR",
  "RON",
  "RSD",
  "RUB",
  "SAR",
  "SBD",
  "SCR",
  "SDG",
  "SEK",
  "SGD",
  "SHP",
  "SLE",
  "SOS",
  "SRD",
  "SSP",
  "STN",
  "SVC",
  "SYP",
  "SZL",
  "THB",
  "TJS",
  "TMT",
  "TOP",
  "TRY",
  "TTD",
  "TWD",
  "TZS",
  "UAH",
  "USD",
  "UYU",
  "UZS",
  "VES",
  "WST",
  "XCD",
  "YER",
  "ZAR",
  "ZMW",
];

/** Currency code to the number of digits after the point. */
export const currencyExponents: ReadonlyMap<string, number> = new Map([
  ...zero.map((code) => [code, 0] as const),
  ...two.map((code) => [code, 2] as const),
  ...three.map((code) => [code, 3] as const),
]);

/** a / b to the nearest integer, ties to even. b > 0. */
export function divideHalfEven(a: bigint, b: bigint): bigint {
  if (b <= 0n) throw new RangeError("the divisor must be positive");
  let quotient = a / b;
  let rest = a % b;
  if (rest < 0n) {
    rest += b;
    quotient -= 1n;
  }
  const doubled = rest * 2n;
  if (doubled > b || (doubled === b && (quotient & 1n) === 1n)) quotient += 1n;
  return quotient;
}

/** Nanos rounded to what the currency prints, half to even. @throws RangeError for an unknown currency. */
export function roundToCurrency(nanos: bigint, currency: string): bigint {
  const step = 10n ** BigInt(9 - exponentOf(currency));
  return divideHalfEven(nanos, step) * step;
}

/** @throws RangeError for a currency that is not in the list. */
export function exponentOf(currency: string): number {
  const exponent = currencyExponents.get(currency);
  if (exponent === undefined) throw new RangeError(`unknown currency: ${currency}`);
  return exponent;
}

/** Exact decimal text of an amount: at least the currency's digits, more only when the nanos need them. "0.002" */
export function formatAmount(nanos: bigint, currency: string): string {
  const sign = nanos < 0n ? "-" : "";
  const absolute = nanos < 0n ? -nanos : nanos;
  const fraction = (absolute % nanosPerUnit).toString().padStart(9, "0");
  let digits = 9;
  while (digits > exponentOf(currency) && fraction[digits - 1] === "0") digits--;
  const whole = (absolute / nanosPerUnit).toString();
  return digits === 0 ? `${sign}${whole}` : `${sign}${whole}.${fraction.slice(0, digits)}`;
}

/** The largest amount that a number can carry, in units. */
const numberLimitUnits = 10n ** 24n;

/**
 * Nanos of a JSON number: of its shortest decimal, exponents written out, digits after the ninth rounded half to even.
 *
 * A float's sum is what its writer meant: 0.1 + 0.2 is 0.3. undefined below 0, from 10^24, and for no finite number.
 */
export function amountOfNumber(value: number): bigint | undefined {
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (match === null) return undefined;
  const [, whole = "", fraction = "", exponent = "0"] = match;
  const power = Number(exponent) - fraction.length + 9;
  const digits = BigInt(whole + fraction);
  const nanos = power >= 0 ? digits * 10n ** BigInt(power) : divideHalfEven(digits, 10n ** BigInt(-power));
  return nanos < numberLimitUnits * nanosPerUnit ? nanos : undefined;
}

/** Parses exact decimal text ("12.5", "-0.002") to nanos; undefined when it is no decimal or finer than a nano. */
export function parseAmount(text: string): bigint | undefined {
  const match = /^(-?)(\d{1,24})(?:\.(\d{1,9}))?$/.exec(text.trim());
  if (!match) return undefined;
  const nanos = BigInt(match[2] ?? "0") * nanosPerUnit + BigInt((match[3] ?? "").padEnd(9, "0"));
  return match[1] === "-" ? -nanos : nanos;
}
