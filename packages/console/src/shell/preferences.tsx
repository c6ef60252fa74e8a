/** Language and appearance, kept in the browser; the brand beside them. */
import { languages, type MessageLanguage, translate } from "@megalith/contract";
import { useState } from "react";
import { Link } from "react-router";
import { useWords } from "../language/language.tsx";

const themes = ["system", "light", "dark"] as const;
type Theme = (typeof themes)[number];
const storageName = "megalith.theme";

function keptTheme(): Theme {
  const kept = localStorage.getItem(storageName);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** Sets the appearance before the first paint of the page. */
export function applyTheme(theme: Theme = keptTheme()): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function Preferences() {
  const { say, language, choose } = useWords();
  const [theme, setTheme] = useState(keptTheme);
  return (
    <div className="row">
      <select
        className="input compact"
        aria-label={say("nav.language")}
        value={language}
        onChange={(event) => choose(event.target.value as MessageLanguage)}
      >
        {languages.map((code) => (
          <option key={code} value={code}>
            {translate(code, "language.name")}
          </option>
        ))}
      </select>
      <select
        className="input compact"
        aria-label={say("theme.label")}
        value={theme}
        onChange={(event) => {
          const next = event.target.value as Theme;
          localStorage.setItem(storageName, next);
          applyTheme(next);
          setTheme(next);
        }}
      >
        {themes.map((name) => (
          <option key={name} value={name}>
            {say(`theme.${name}`)}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Brand() {
  return (
    <Link to="/" className="brand">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#2747c9" />
        <path d="M8 24V13l4-3v14zm6 0V6l5 3v15zm7 0V14l3 2v8z" fill="#fff" />
      </svg>
      Megalith
    </Link>
  );
}
