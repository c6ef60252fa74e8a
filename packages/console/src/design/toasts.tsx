/** Short words about what was just done, in a polite live region; each goes by itself or when it is closed. */
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
import { useWords } from "../language/language.tsx";

type Say = (text: string) => void;

const Context = createContext<Say | undefined>(undefined);
const shownMs = 6_000;

interface Toast {
  readonly id: number;
  readonly text: string;
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const { say } = useWords();
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const last = useRef(0);
  const close = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const show = useCallback(
    (text: string) => {
      last.current += 1;
      const id = last.current;
      setToasts((all) => [...all.slice(-2), { id, text }]);
      setTimeout(() => close(id), shownMs);
    },
    [close],
  );
  const value = useMemo(() => show, [show]);
  return (
    <Context value={value}>
      {children}
      <output className="toasts" aria-live="polite">
        {toasts.map(({ id, text }) => (
          <span key={id} className="toast">
            {text}
            <button type="button" aria-label={say("common.close")} onClick={() => close(id)}>
              ×
            </button>
          </span>
        ))}
      </output>
    </Context>
  );
}

/** Says in a few words what was done. */
export function useToast(): Say {
  const show = useContext(Context);
  if (show === undefined) throw new Error("useToast is called outside of ToastProvider");
  return show;
}
