/** A dialog over the page; what would be lost by closing it is asked about within it. */
import { type ReactNode, useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { useWords } from "../language/language.tsx";

interface DialogProps {
  readonly title: string;
  readonly lead?: string;
  /** What is said before it closes, where something would be lost. */
  readonly loss?: string | undefined;
  readonly onClose: () => void;
  /** Gets what a button for cancelling does. */
  readonly children: (close: () => void) => ReactNode;
}

export function Dialog({ title, lead, loss, onClose, children }: DialogProps) {
  const { say } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const stay = useRef<HTMLButtonElement>(null);
  const heading = useId();
  const [isAsking, setAsking] = useState(false);
  // Closed before it is taken away, so that the focus goes back to where it was.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // The browser would begin at the button that closes it.
    element?.querySelector<HTMLElement>("input, select, textarea, .button.primary")?.focus();
    return () => element?.close();
  }, []);
  useEffect(() => {
    if (loss === undefined) setAsking(false);
  }, [loss]);
  useEffect(() => {
    if (isAsking) stay.current?.focus();
  }, [isAsking]);
  const close = useCallback(() => (loss === undefined ? onClose() : setAsking(true)), [loss, onClose]);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={heading}
      onCancel={(event) => {
        // A control within can be cancelled too; that is none of the dialog's.
        if (event.target !== dialog.current) return;
        event.preventDefault();
        close();
      }}
      onClose={(event) => {
        // A second Escape in a row closes it whatever `cancel` says; the page must not take it for open, nor lose what it holds.
        if (event.target !== dialog.current || dialog.current.open) return;
        if (loss !== undefined) dialog.current.showModal();
        close();
      }}
    >
      <div className="stack">
        <div className="row apart tight">
          <h2 id={heading}>{title}</h2>
          <button type="button" className="button plain-icon" aria-label={say("common.close")} onClick={close}>
            ×
          </button>
        </div>
        {lead === undefined ? null : <p className="quiet small">{lead}</p>}
        {children(close)}
        {isAsking ? (
          <div className="notice warn stack" role="alert">
            <p>{loss}</p>
            <div className="row">
              <button ref={stay} type="button" className="button small" onClick={() => setAsking(false)}>
                {say("dialog.stay")}
              </button>
              <button type="button" className="button small danger" onClick={onClose}>
                {say("dialog.closeAnyway")}
              </button>
            </div>
          </div>
        ) : null}
      </div>
    </dialog>
  );
}
