/** A customer's keys: made, rotated, revoked. */
import { accountsRoutes, type CustomerShape, type KeyShape } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { ErrorNotice, Loading } from "../design/parts.tsx";
import { QueryFault } from "../design/query-fault.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";
import { KeySecretDialog } from "./key-secret.tsx";
import { KeyTable } from "./key-table.tsx";
import { NewKeyDialog } from "./new-key.tsx";

const overlapSeconds = 86_400;

interface Made {
  readonly name: string;
  readonly secret: string;
}

export function KeysPart({ customer }: { customer: CustomerShape }) {
  const { say } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const mayChange = mayAs(useSignedIn(), "engineer");
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<Made | null>(null);
  const [showsEnded, setShowsEnded] = useState(false);
  const keys = useQuery({
    queryKey: ["keys", customer.id],
    queryFn: () => callRoute(accountsRoutes.listKeys, { params: { customer: customer.id } }),
  });
  const refresh = () => client.invalidateQueries({ queryKey: ["keys", customer.id] });
  const rotate = useMutation({
    mutationFn: (key: KeyShape) => callRoute(accountsRoutes.rotateKey, { params: { key: key.id }, body: { overlapSeconds } }),
    onSuccess: ({ secret }, { name }) => {
      toast(say("keys.wasRotated", { name }));
      setMade({ name, secret });
      return refresh();
    },
  });
  const revoke = useMutation({
    mutationFn: (key: KeyShape) => callRoute(accountsRoutes.revokeKey, { params: { key: key.id } }),
    onSuccess: (_, key) => {
      toast(say("keys.wasRevoked", { name: key.name }));
      return refresh();
    },
  });
  /** What went wrong before is no longer said. */
  const begin = () => {
    rotate.reset();
    revoke.reset();
  };
  const all = keys.data?.items ?? [];
  const ended = all.filter(hasEnded);
  const shown = showsEnded ? all : all.filter((key) => !hasEnded(key));
  const isEmpty = keys.isSuccess && all.length === 0;
  const button = (
    <button type="button" className="button primary" onClick={() => setMaking(true)}>
      {say("keys.new")}
    </button>
  );
  return (
    <>
      {isMaking ? (
        <NewKeyDialog
          customer={customer}
          onClose={() => setMaking(false)}
          onMade={({ key, secret }) => {
            setMaking(false);
            setMade({ name: key.name, secret });
            void refresh();
          }}
        />
      ) : null}
      {made === null ? null : <KeySecretDialog {...made} onClose={() => setMade(null)} />}
      <ErrorNotice error={rotate.error ?? revoke.error} />
      {keys.isPending ? <Loading /> : <QueryFault query={keys} />}
      {isEmpty ? (
        <section className="card empty">
          <h2>{say("keys.empty")}</h2>
          <p className="quiet">{say(mayChange ? "keys.emptyText" : "keys.emptyOwn")}</p>
          {mayChange ? button : null}
        </section>
      ) : null}
      {all.length === 0 ? null : (
        <section className="card listing">
          <div className="row apart">
            <div>
              <h2>{say("customer.keys")}</h2>
              {mayChange ? null : <p className="quiet small">{say("keys.own")}</p>}
            </div>
            {mayChange ? button : null}
          </div>
          {shown.length === 0 ? <p className="quiet">{say("keys.noneActive")}</p> : null}
          {shown.length === 0 ? null : (
            <KeyTable
              keys={shown}
              mayChange={mayChange}
              onRotate={(key) => {
                begin();
                rotate.mutate(key);
              }}
              onRevoke={(key) => {
                begin();
                revoke.mutate(key);
              }}
            />
          )}
          {ended.length === 0 ? null : (
            <button type="button" className="button small start" aria-expanded={showsEnded} onClick={() => setShowsEnded(!showsEnded)}>
              {say(showsEnded ? "keys.hideEnded" : "keys.showEnded", { count: ended.length })}
            </button>
          )}
        </section>
      )}
    </>
  );
}

function hasEnded({ revokedAt, expiresAt }: KeyShape): boolean {
  return revokedAt !== null || (expiresAt !== null && Date.parse(expiresAt) <= Date.now());
}
