/** The language a caller asked for by Accept-Language: Chinese in any script gives zh-CN, everything else English. */
import type { Language } from "@megalith/platform/serving";

export function languageOf(header: string | undefined): Language {
  const first = (header ?? "").split(",")[0]?.trim().toLowerCase() ?? "";
  return first.startsWith("zh") ? "zh-CN" : "en";
}
