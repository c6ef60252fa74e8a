/** A button for what cannot be undone, or is seen by others: it asks once more, and names the thing. */
import { type ReactNode, useId, useRef } from "react";
import { useWords } from "../language/language.tsx";

interface ConfirmButtonProps {
  readonly label: string;
  /** What the button does to what, for those who do not see where it stands. */
  readonly name?: string;
  readonly question: string;
  readonly busy?: boolean;
  readonly danger?: boolean;
  readonly small?: boolean;
  readonly children?: ReactNode;
  readonly onConfirm: () => void;
}

export function ConfirmButton({
  label,
  name,
  question,
  busy = false,
  danger = false,
  small = false,
  children,
  onConfirm,
}: ConfirmButtonProps) {
  const { say } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const look = `button${small ? " small" : ""}${danger ? " danger" : ""}`;
  return (
    <>
      <button type="button" className={look} aria-label={name} disabled={busy} onClick={() => dialog.current?.showModal()}>
        {label}
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby={title}>
        <form method="dialog" className="stack" onSubmit={onConfirm}>
          <h2 id={title}>{label}</h2>
          <p className="quiet">{question}</p>
          {children}
          <div className="row end">
            <button type="button" className="button" onClick={() => dialog.current?.close()}>
              {say("common.cancel")}
            </button>
            <button type="submit" className={danger ? "button primary danger" : "button primary"}>
              {label}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
