/** An invitation's link, shown once, with a button that copies it. */
import type { accountsRoutes, ReplyOf } from "@megalith/contract";
import { CopyButton } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";

export function InviteLink({ invitation }: { invitation: ReplyOf<typeof accountsRoutes.inviteMember> }) {
  const { say, time } = useWords();
  const link = new URL(invitation.path, location.origin).href;
  return (
    <div className="notice stack" role="status">
      <p>{say("members.link", { time: time(invitation.expiresAt) })}</p>
      <p className="secret">{link}</p>
      <div>
        <CopyButton text={link} label={say("members.copyLink")} />
      </div>
    </div>
  );
}
