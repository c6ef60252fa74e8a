/** A key's secret, on the page once and kept nowhere: whoever closes before copying it is asked. */
import { useState } from "react";
import { Dialog } from "../design/dialog.tsx";
import { useUnsaved } from "../design/unsaved.tsx";
import { useWords } from "../language/language.tsx";

export function KeySecretDialog({ name, secret, onClose }: { name: string; secret: string; onClose: () => void }) {
  const { say } = useWords();
  const [copied, setCopied] = useState(false);
  const [mustCopyByHand, setByHand] = useState(false);
  useUnsaved(!copied);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      setCopied(true);
    } catch {
      // No clipboard without HTTPS, or it was refused: then it is copied by hand.
      setByHand(true);
      setCopied(true);
    }
  };
  return (
    <Dialog title={say("keys.yours", { name })} lead={say("keys.once")} loss={copied ? undefined : say("keys.notCopied")} onClose={onClose}>
      {(close) => (
        <>
          <p className="secret boxed" data-testid="secret">
            {secret}
          </p>
          <p className="small" role="status">
            {mustCopyByHand ? say("keys.byHand") : copied ? say("keys.copied") : say("keys.hint")}
          </p>
          <div className="row">
            <button type="button" className={copied ? "button" : "button primary"} onClick={() => void copy()}>
              {copied && !mustCopyByHand ? `✓ ${say("common.copied")}` : say("keys.copy")}
            </button>
            <button type="button" className={copied ? "button primary" : "button"} onClick={close}>
              {say("keys.done")}
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}
