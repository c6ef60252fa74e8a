/** The small parts that every page is made of. */
import { cloneElement, type ReactElement, type ReactNode, useEffect, useId, useState } from "react";
import { ApiError } from "../api/call-route.ts";
import { useWords } from "../language/language.tsx";

/** Names the browser's tab and the entry of its history. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Megalith`;
  }, [title]);
}

export function PageHead({ title, lead, children }: { title: string; lead?: ReactNode; children?: ReactNode }) {
  usePageTitle(title);
  return (
    <header className="page-head">
      <div>
        <h1>{title}</h1>
        {lead === undefined ? null : <p>{lead}</p>}
      </div>
      {children === undefined ? null : <div className="row">{children}</div>}
    </header>
  );
}

/** The one control within gets the id that its label names. */
export function Field({ label, hint, children }: { label: string; hint?: string | undefined; children: ReactElement<{ id?: string }> }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {cloneElement(children, { id })}
      {hint === undefined ? null : <small className="quiet">{hint}</small>}
    </div>
  );
}

/** What scrolls within itself takes focus, so that it scrolls by the keyboard too. */
export const scrollsByKeyboard = { tabIndex: 0 } as const;

/** What went wrong, with each problem by its path. */
export function ErrorNotice({ error }: { error: unknown }) {
  const { sayError } = useWords();
  if (error === null || error === undefined) return null;
  const problems = error instanceof ApiError ? error.problems : [];
  return (
    <div className="notice bad" role="alert">
      <p>{sayError(error)}</p>
      {problems.length === 0 ? null : (
        <ul className="small">
          {problems.map((problem) => (
            <li key={`${problem.path}${problem.message}`}>
              <code>{problem.path}</code> {problem.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { say } = useWords();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button type="button" className="button small" onClick={() => void copy()}>
      {copied ? say("common.copied") : (label ?? say("common.copy"))}
    </button>
  );
}

export function Loading() {
  const { say } = useWords();
  return <div className="skeleton" role="status" aria-label={say("common.loading")} />;
}

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly content: () => ReactNode;
}

/** Tabs by the keyboard too: arrows move between them. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const [chosen, setChosen] = useState(tabs[0]?.id);
  const base = useId();
  const current = tabs.find((tab) => tab.id === chosen) ?? tabs[0];
  const move = (event: React.KeyboardEvent, by: number) => {
    const next = tabs[(tabs.findIndex((tab) => tab.id === current?.id) + by + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    setChosen(next.id);
    document.getElementById(`${base}${next.id}`)?.focus();
  };
  return (
    <div className="stack loose">
      <div className="tabs" role="tablist" aria-label={label}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${base}${tab.id}`}
            aria-selected={tab.id === current?.id}
            aria-controls={`${base}panel`}
            tabIndex={tab.id === current?.id ? 0 : -1}
            onClick={() => setChosen(tab.id)}
            onKeyDown={(event) => {
              if (event.key === "ArrowRight") move(event, 1);
              if (event.key === "ArrowLeft") move(event, -1);
            }}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${base}panel`} aria-labelledby={`${base}${current?.id}`} className="stack loose">
        {current?.content()}
      </div>
    </div>
  );
}

/** A table that scrolls within itself, reachable by keyboard. */
export function DataTable({
  label,
  head,
  children,
}: {
  label: string;
  head: readonly (string | { number: string })[];
  children: ReactNode;
}) {
  return (
    <section className="scroll" aria-label={label} {...scrollsByKeyboard}>
      <table className="table">
        <thead>
          <tr>
            {head.map((cell) =>
              typeof cell === "string" ? (
                <th key={cell}>{cell}</th>
              ) : (
                <th key={cell.number} className="number">
                  {cell.number}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
