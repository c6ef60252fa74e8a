/** An invitation: asked for, then its link, shown once, to copy and to send by whatever way one trusts. */
import type { InvitationShape } from "@megalith/contract";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Dialog } from "../design/dialog.tsx";
import { Form, SubmitButton } from "../design/form.tsx";
import { useUnsaved } from "../design/unsaved.tsx";
import { useWords } from "../language/language.tsx";

interface InviteDialogProps {
  readonly title: string;
  readonly lead: string;
  /** What is said of who opens the link. */
  readonly linkLead: string;
  /** What is to be chosen before. */
  readonly children?: ReactNode;
  readonly onMake: () => Promise<InvitationShape>;
  readonly onClose: () => void;
}

export function InviteDialog({ title, lead, linkLead, children, onMake, onClose }: InviteDialogProps) {
  const { say } = useWords();
  const [made, setMade] = useState<InvitationShape | null>(null);
  const [copied, setCopied] = useState(false);
  const client = useQueryClient();
  if (made === null)
    return (
      <Dialog key="choice" title={title} lead={lead} onClose={onClose}>
        {(close) => (
          <Form
            onSend={async () => {
              setMade(await onMake());
              void client.invalidateQueries({ queryKey: ["invites"] });
            }}
            actions={
              <>
                <SubmitButton>{say("members.makeLink")}</SubmitButton>
                <button type="button" className="button" onClick={close}>
                  {say("common.cancel")}
                </button>
              </>
            }
          >
            {children}
          </Form>
        )}
      </Dialog>
    );
  return (
    <Dialog
      key="link"
      title={say("members.linkTitle")}
      lead={linkLead}
      loss={copied ? undefined : say("members.notCopied")}
      onClose={onClose}
    >
      {(close) => <InviteLink invitation={made} copied={copied} onCopied={() => setCopied(true)} onClose={close} />}
    </Dialog>
  );
}

interface InviteLinkProps {
  readonly invitation: InvitationShape;
  readonly copied: boolean;
  readonly onCopied: () => void;
  readonly onClose: () => void;
}

function InviteLink({ invitation, copied, onCopied, onClose }: InviteLinkProps) {
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
