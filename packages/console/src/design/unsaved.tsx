/** Asks before a page is left on which something is filled in that would be lost: by a link, by Back, and by closing the tab. */
import { createContext, type ReactNode, useContext, useEffect, useId, useRef, useState } from "react";
import { useBlocker } from "react-router";
import { useWords } from "../language/language.tsx";

const Context = createContext<Set<string> | undefined>(undefined);

/** One for all forms of a page: a router has one guard. */
export function UnsavedProvider({ children }: { children: ReactNode }) {
  const [unsaved] = useState(() => new Set<string>());
  const blocker = useBlocker(() => unsaved.size > 0);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (unsaved.size > 0) event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [unsaved]);
  return (
    <Context value={unsaved}>
      {children}
      {blocker.state === "blocked" ? <LeaveDialog onStay={() => blocker.reset()} onLeave={() => blocker.proceed()} /> : null}
    </Context>
  );
}

/** Whether leaving now would lose something; it asks no more once that is false or its part is gone. */
export function useUnsaved(isUnsaved: boolean): void {
  const unsaved = useContext(Context);
  const id = useId();
  useEffect(() => {
    if (!isUnsaved || unsaved === undefined) return;
    unsaved.add(id);
    return () => void unsaved.delete(id);
  }, [unsaved, id, isUnsaved]);
}

function LeaveDialog({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }) {
  const { say } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={title} onCancel={onStay}>
      <div className="stack">
        <h2 id={title}>{say("unsaved.title")}</h2>
        <p className="quiet">{say("unsaved.text")}</p>
        <div className="row end">
          <button type="button" className="button" onClick={onStay}>
            {say("unsaved.stay")}
          </button>
          <button type="button" className="button primary danger" onClick={onLeave}>
            {say("unsaved.leave")}
          </button>
        </div>
      </div>
    </dialog>
  );
}
