/** The versions of a service's model: which one is champion, and making another one so. */
import { type ReplyOf, registryRoutes } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { callRoute } from "../api/call-route.ts";
import { ConfirmButton } from "../design/confirm-button.tsx";
import { DataTable, ErrorNotice, Loading } from "../design/parts.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";

export function VersionsPart({ model }: { model: string }) {
  const { say, time, number } = useWords();
  const client = useQueryClient();
  const mayPromote = mayAs(useSignedIn(), "engineer");
  const versions = useQuery({
    queryKey: ["versions", model],
    queryFn: () => callRoute(registryRoutes.listModelVersions, { params: { model } }),
  });
  const toast = useToast();
  const refresh = ({ champion }: ReplyOf<typeof registryRoutes.promoteVersion>) => {
    toast(say("versions.promoted", { number: champion?.number ?? 0 }));
    return client.invalidateQueries();
  };
  // What the reader saw is what is changed: somebody else's change in the meantime refuses this one.
  const champion = versions.data?.items.find((version) => version.champion);
  const expected = champion === undefined ? {} : { expected: champion.number };
  const onError = () => client.invalidateQueries({ queryKey: ["versions", model] });
  const promote = useMutation({
    mutationFn: (number: number) => callRoute(registryRoutes.promoteVersion, { params: { model }, body: { number, ...expected } }),
    onSuccess: refresh,
    onError,
  });
  const rollBack = useMutation({
    mutationFn: () => callRoute(registryRoutes.rollBackChampion, { params: { model }, body: expected }),
    onSuccess: refresh,
    onError,
  });
  if (versions.isPending) return <Loading />;
  if (versions.isError) return <ErrorNotice error={versions.error} />;
  return (
    <section className="card">
      <div className="row apart">
        <h2>{say("versions.title", { model })}</h2>
        {mayPromote ? (
          <ConfirmButton
            small
            label={say("versions.rollback")}
            question={say("versions.rollbackSure")}
            busy={rollBack.isPending}
            onConfirm={() => rollBack.mutate()}
          />
        ) : null}
      </div>
      <ErrorNotice error={promote.error ?? rollBack.error} />
      <DataTable
        label={say("versions.title", { model })}
        head={[say("decisions.version"), { number: "AUC" }, say("versions.sha256"), say("common.created"), say("common.by"), ""]}
      >
        {versions.data.items.map((version) => (
          <tr key={version.id}>
            <td>{version.number}</td>
            <td className="number">{version.metrics.auc === undefined ? "–" : number(version.metrics.auc.value, 3)}</td>
            <td>
              <code>{version.sha256.slice(0, 12)}</code>
            </td>
            <td className="time">{time(version.createdAt)}</td>
            <td>{version.createdBy.name}</td>
            <td>
              {version.champion ? (
                <span className="badge good">{say("versions.champion")}</span>
              ) : mayPromote ? (
                <ConfirmButton
                  small
                  label={say("versions.promote")}
                  name={say("versions.promoteOf", { number: version.number })}
                  question={say("versions.promoteSure", { number: version.number })}
                  busy={promote.isPending}
                  onConfirm={() => promote.mutate(version.number)}
                />
              ) : null}
            </td>
          </tr>
        ))}
      </DataTable>
    </section>
  );
}
