/** The small parts that every page is made of. */
import { type ReactNode, useEffect, useId, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { ApiError, type ApiProblem } from "../api/call-route.ts";
import { useWords } from "../language/language.tsx";

/** Names the browser's tab and the entry of its history. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Megalith`;
  }, [title]);
}

interface PageHeadProps {
  readonly title: string;
  readonly lead?: ReactNode;
  /** What state the thing is in, beside its title. */
  readonly badge?: ReactNode;
  /** The pages that this one is within, outermost first. */
  readonly trail?: readonly { readonly to: string; readonly label: string }[];
  readonly children?: ReactNode;
}

export function PageHead({ title, lead, badge, trail = [], children }: PageHeadProps) {
  const { say } = useWords();
  usePageTitle(title);
  return (
    <header className="page-head">
      <div>
        {trail.length === 0 ? null : (
          <nav className="trail" aria-label={say("nav.trail")}>
            {trail.map(({ to, label }) => (
              <Link key={to} to={to}>
                {label}
              </Link>
            ))}
          </nav>
        )}
        <div className="row tight-title">
          <h1>{title}</h1>
          {badge}
        </div>
        {lead === undefined ? null : <p>{lead}</p>}
      </div>
      {children === undefined ? null : <div className="row">{children}</div>}
    </header>
  );
}

/** What scrolls within itself takes focus, so that it scrolls by the keyboard too. */
export const scrollsByKeyboard = { tabIndex: 0 } as const;

/** What went wrong, with each problem by its path. */
export function ErrorNotice({ error }: { error: unknown }) {
  const { sayError } = useWords();
  if (error === null || error === undefined) return null;
  return (
    <div className="notice bad" role="alert">
      <p>{sayError(error)}</p>
      <Problems problems={error instanceof ApiError ? error.problems : []} />
    </div>
  );
}

/** Each with what would be right; the path is named where the message does not name what it is about. */
export function Problems({ problems }: { problems: readonly ApiProblem[] }) {
  const { say } = useWords();
  if (problems.length === 0) return null;
  return (
    <ul className="small listed">
      {problems.map(({ path, message, expected }) => (
        <li key={`${path}${message}`}>
          {message.includes(path.split("/").at(-1) ?? "") ? null : <code>{path} </code>}
          {message}
          {expected === undefined ? null : <span className="quiet"> {say("form.expected", { what: expected })}</span>}
        </li>
      ))}
    </ul>
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

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  /** The part of the address that holds the chosen one, so that it is found again by reload, Back and link. */
  readonly param?: string;
}

/** Tabs by the keyboard too: arrows move between them. */
export function Tabs({ label, tabs, param }: TabsProps) {
  const [search, setSearch] = useSearchParams();
  const [kept, setKept] = useState(tabs[0]?.id);
  const base = useId();
  const chosen = param === undefined ? kept : search.get(param);
  const current = tabs.find((tab) => tab.id === chosen) ?? tabs[0];
  const setChosen = (id: string) => {
    if (param === undefined) return setKept(id);
    const { [param]: _, ...rest } = Object.fromEntries(search);
    setSearch(id === tabs[0]?.id ? rest : { ...rest, [param]: id }, { preventScrollReset: true });
  };
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

interface DataTableProps {
  readonly label: string;
  readonly head: readonly (string | { readonly number: string })[];
  /** Stacked: on a small screen each row is a block of its own, and nothing is out of sight. */
  readonly look?: "stacked";
  readonly children: ReactNode;
}

/** A table that scrolls within itself, reachable by keyboard. */
export function DataTable({ label, head, look, children }: DataTableProps) {
  return (
    <section className={look === undefined ? "scroll" : `scroll ${look}`} aria-label={label} {...scrollsByKeyboard}>
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
