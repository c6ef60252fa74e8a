/** What went wrong while something was fetched, with a way to try again. */
import type { UseQueryResult } from "@tanstack/react-query";
import { useWords } from "../language/language.tsx";
import { ErrorNotice } from "./parts.tsx";

type Asked = Pick<UseQueryResult, "error" | "isFetching"> & { readonly refetch: () => unknown };

export function QueryFault({ query }: { query: Asked }) {
  const { say } = useWords();
  if (query.error === null) return null;
  return (
    <div className="stack">
      <ErrorNotice error={query.error} />
      <div>
        <button type="button" className="button small" disabled={query.isFetching} onClick={() => void query.refetch()}>
          {say("common.retry")}
        </button>
      </div>
    </div>
  );
}
