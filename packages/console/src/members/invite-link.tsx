/** An invitation's link, shown once: to copy and to send by whatever way one trusts. */
import type { accountsRoutes, ReplyOf } from "@megalith/contract";
import { useState } from "react";
import { Dialog } from "../design/dialog.tsx";
import { useUnsaved } from "../design/unsaved.tsx";
import { useWords } from "../language/language.tsx";

interface InviteLinkProps {
  readonly invitation: ReplyOf<typeof accountsRoutes.inviteMember>;
  readonly onClose: () => void;
}

export function InviteDialog({ invitation, lead, onClose }: InviteLinkProps & { readonly lead: string }) {
  const { say } = useWords();
  const [copied, setCopied] = useState(false);
  return (
    <Dialog title={say("members.linkTitle")} lead={lead} loss={copied ? undefined : say("members.notCopied")} onClose={onClose}>
      {(close) => <InviteLink invitation={invitation} copied={copied} onCopied={() => setCopied(true)} onClose={close} />}
    </Dialog>
  );
}

export function InviteLink({
  invitation,
  copied,
  onCopied,
  onClose,
}: InviteLinkProps & { readonly copied: boolean; readonly onCopied: () => void }) {
  const { say, time } = useWords();
  const link = new URL(invitation.path, location.origin).href;
  const [byHand, setByHand] = useState(false);
  useUnsaved(!copied);
  const copy = async () => {
    await navigator.clipboard.writeText(link).catch(() => setByHand(true));
    onCopied();
  };
  return (
    <>
      <p className="secret boxed">{link}</p>
      <p className="small" role="status">
        {byHand ? say("keys.byHand") : say("members.link", { time: time(invitation.expiresAt) })}
      </p>
      <div className="row">
        <button type="button" className={copied ? "button" : "button primary"} onClick={() => void copy()}>
          {copied && !byHand ? `✓ ${say("common.copied")}` : say("members.copyLink")}
        </button>
        <button type="button" className={copied ? "button primary" : "button"} onClick={onClose}>
          {say("common.close")}
        </button>
      </div>
    </>
  );
}
