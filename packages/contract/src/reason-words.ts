/** Reasons in words: stored as data, put in words when read. */
const phrases = {
  en: {
    raises: "{what} raises the score by {amount}",
    lowers: "{what} lowers the score by {amount}",
    none: "{what} does not move the score",
    missing: "{column} is missing, which",
    is: "{column} = {value}",
  },
  "zh-CN": {
    raises: "{what}使评分上升 {amount}",
    lowers: "{what}使评分下降 {amount}",
    none: "{what}不影响评分",
    missing: "{column} 缺失，",
    is: "{column} = {value} ",
  },
} as const;

export type ReasonLanguage = keyof typeof phrases;

/** One contribution as a sentence, for example "age = 22 raises the score by 0.312". */
export function wordReason(
  language: ReasonLanguage,
  column: string,
  value: string | number | boolean | null,
  contribution: number,
): string {
  const words = phrases[language];
  const what = value === null ? fill(words.missing, { column }) : fill(words.is, { column, value: String(value) });
  const sentence = contribution > 0 ? words.raises : contribution < 0 ? words.lowers : words.none;
  return fill(sentence, { what, amount: Math.abs(contribution).toPrecision(3) });
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
