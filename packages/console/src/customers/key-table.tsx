/** Keys as rows: what each may do, whether it works, when it was last used. */
import type { KeyShape } from "@megalith/contract";
import { ConfirmButton } from "../design/confirm-button.tsx";
import { DataTable } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { useServiceTitles } from "./use-service-titles.ts";

interface KeyTableProps {
  readonly keys: readonly KeyShape[];
  readonly mayChange: boolean;
  readonly onRotate: (key: KeyShape) => void;
  readonly onRevoke: (key: KeyShape) => void;
}

export function KeyTable({ keys, mayChange, onRotate, onRevoke }: KeyTableProps) {
  const { say, time, date } = useWords();
  const titles = useServiceTitles();
  const head = [say("common.name"), say("keys.scopes"), say("common.status"), say("keys.lastUsed"), say("common.created")];
  return (
    <DataTable label={say("customer.keys")} look="stacked" head={mayChange ? [...head, ""] : head}>
      {keys.map((key) => (
        <tr key={key.id}>
          <td className="lead wrap">
            <span className="strong">{key.name}</span>
            <code className="under">{key.prefix}…</code>
          </td>
          <td className="wrap narrow" data-label={say("keys.scopes")}>
            {key.scopes.map((scope) => say(`scope.${scope}`)).join(", ")}
            {key.services === null ? null : <small className="under">{key.services.map((id) => titles.get(id) ?? id).join(", ")}</small>}
          </td>
          <td data-label={say("common.status")}>
            <KeyStatus apiKey={key} />
          </td>
          <td className="time" data-label={say("keys.lastUsed")}>
            {key.lastUsedAt === null ? <span className="quiet">{say("keys.neverUsed")}</span> : time(key.lastUsedAt)}
          </td>
          <td className="time" data-label={say("common.created")}>
            {date(key.createdAt)}
          </td>
          {mayChange ? (
            <td className="end">{key.revokedAt === null ? <KeyActions apiKey={key} onRotate={onRotate} onRevoke={onRevoke} /> : null}</td>
          ) : null}
        </tr>
      ))}
    </DataTable>
  );
}

function KeyStatus({ apiKey: { revokedAt, expiresAt } }: { apiKey: KeyShape }) {
  const { say, time } = useWords();
  if (revokedAt !== null) return <span className="badge">{say("keys.revoked")}</span>;
  if (expiresAt === null) return <span className="badge good">{say("keys.active")}</span>;
  const hasExpired = Date.parse(expiresAt) <= Date.now();
  return (
    <div>
      <span className={hasExpired ? "badge" : "badge warn"}>{say(hasExpired ? "keys.expired" : "keys.ending")}</span>
      <small className="under">{say("keys.expires", { time: time(expiresAt) })}</small>
    </div>
  );
}

interface KeyActionsProps extends Pick<KeyTableProps, "onRotate" | "onRevoke"> {
  readonly apiKey: KeyShape;
}

function KeyActions({ apiKey, onRotate, onRevoke }: KeyActionsProps) {
  const { say } = useWords();
  const { name } = apiKey;
  return (
    <div className="row tight end">
      <ConfirmButton
        small
        label={say("keys.rotate")}
        name={say("keys.rotateOf", { name })}
        question={say("keys.rotateSure", { name })}
        onConfirm={() => onRotate(apiKey)}
      />
      <ConfirmButton
        small
        danger
        label={say("keys.revoke")}
        name={say("keys.revokeOf", { name })}
        question={say("keys.revokeSure", { name })}
        onConfirm={() => onRevoke(apiKey)}
      />
    </div>
  );
}
