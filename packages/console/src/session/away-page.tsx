/** The server does not answer: said in words, tried again by itself and by hand. */
import { useEffect } from "react";
import { ApiError } from "../api/call-route.ts";
import { useWords } from "../language/language.tsx";
import { Door } from "./door.tsx";

const againMs = 5_000;

export function AwayPage({ error, isTrying, onTry }: { error: Error; isTrying: boolean; onTry: () => void }) {
  const { say, sayError } = useWords();
  const isRefused = error instanceof ApiError && error.status === 403;
  useEffect(() => {
    if (isTrying) return;
    const timer = setTimeout(onTry, againMs);
    return () => clearTimeout(timer);
  }, [isTrying, onTry]);
  const isUnreachable = error instanceof ApiError && error.status === 0;
  return (
    <Door
      title={say(isUnreachable ? "away.title" : isRefused ? "away.refusedTitle" : "away.faultTitle")}
      lead={isUnreachable ? say("away.text") : sayError(error)}
    >
      <button type="button" className={isTrying ? "button primary busy" : "button primary"} aria-disabled={isTrying} onClick={onTry}>
        {say("common.retry")}
      </button>
      <p className="small quiet" role="status">
        {isTrying ? say("away.trying") : say("away.again")}
      </p>
    </Door>
  );
}
