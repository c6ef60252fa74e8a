/** The language of the page: chosen by the reader, kept in the browser, else the browser's own. */
import { formatAmount, isMessageKey, type MessageKey, type MessageLanguage, type MessageValues, translate } from "@megalith/contract";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { ApiError } from "../api/call-route.ts";
import { spaceThousands } from "./thousands.ts";

export interface Words {
  readonly language: MessageLanguage;
  readonly say: (key: MessageKey, values?: MessageValues) => string;
  /** An error in words: the catalogue's when its code is there, else what the server said. */
  readonly sayError: (error: unknown) => string;
  readonly number: (value: number, digits?: number) => string;
  readonly time: (iso: string) => string;
  /** With its seconds, where many are listed. */
  readonly exactTime: (iso: string) => string;
  /** 0.118 as 11.8%. */
  readonly percent: (share: number) => string;
  readonly date: (iso: string) => string;
  /** "2026-11-25" as Wed, Nov 25. */
  readonly day: (day: string) => string;
  /** An exact amount with its thousands apart, to at least so many digits: "3,722.70". */
  readonly amount: (nanos: bigint | string, currency: string, digits?: number) => string;
  /** The same with its currency: "3,722.70 EUR". */
  readonly money: (nanos: bigint | string, currency: string) => string;
  /** "2026-11" as November 2026. */
  readonly month: (month: string) => string;
  readonly choose: (language: MessageLanguage) => void;
}

const Context = createContext<Words | undefined>(undefined);
const storageName = "megalith.language";

export function firstLanguage(): MessageLanguage {
  const kept = localStorage.getItem(storageName);
  if (kept === "en" || kept === "zh-CN") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const words = useMemo(
    () =>
      makeWords(language, (next) => {
        localStorage.setItem(storageName, next);
        document.documentElement.lang = next;
        setLanguage(next);
      }),
    [language],
  );
  return <Context value={words}>{children}</Context>;
}

export function useWords(): Words {
  const words = useContext(Context);
  if (words === undefined) throw new Error("useWords is called outside of LanguageProvider");
  return words;
}

function makeWords(language: MessageLanguage, choose: Words["choose"]): Words {
  const say: Words["say"] = (key, values) => translate(language, key, values);
  const amount: Words["amount"] = (nanos, currency, digits = 0) => spaceThousands(formatAmount(BigInt(nanos), currency), digits);
  return {
    language,
    say,
    amount,
    money: (nanos, currency) => `${amount(nanos, currency)} ${currency}`,
    date: (iso) => new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(iso)),
    day: (day) =>
      new Intl.DateTimeFormat(language, { weekday: "short", month: "short", day: "numeric", timeZone: "UTC" }).format(new Date(day)),
    choose,
    sayError: (error) => {
      if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
      // What such an error names is in words already, in the language that was asked for.
      if (error.code.startsWith("request.")) return error.message;
      const key = error.code.startsWith("network.") ? error.code : `error.${error.code}`;
      return isMessageKey(key) ? say(key, error.values) : error.message;
    },
    number: (value, digits = 0) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value),
    month: (month) =>
      new Intl.DateTimeFormat(language, { year: "numeric", month: "long", timeZone: "UTC" }).format(new Date(`${month}-01`)),
    percent: (share) =>
      new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(share),
    exactTime: (iso) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(iso)),
    time: (iso) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso)),
  };
}
