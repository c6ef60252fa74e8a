/** The versions of a service's model: which one is champion, how good each is, and making another one so. */
import { isMessageKey, registryRoutes, type VersionShape } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { ConfirmButton } from "../design/confirm-button.tsx";
import { DataTable, ErrorNotice, Loading } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";
import { sortedMetrics } from "./card.ts";
import { useChampion } from "./use-champion.ts";

interface VersionsPartProps {
  readonly service: string;
  readonly model: string;
}

export function VersionsPart({ service, model }: VersionsPartProps) {
  const { say } = useWords();
  const mayPromote = mayAs(useSignedIn(), "engineer");
  const versions = useQuery({
    queryKey: ["versions", model],
    queryFn: () => callRoute(registryRoutes.listModelVersions, { params: { model } }),
  });
  const champion = useChampion(model, versions.data?.items.find((version) => version.champion)?.number);
  if (versions.isPending) return <Loading />;
  if (versions.isError) return <ErrorNotice error={versions.error} />;
  return (
    <section className="card">
      <div className="row apart">
        <h2>{say("versions.title", { model })}</h2>
        {mayPromote && versions.data.items.length > 1 ? (
          <ConfirmButton
            small
            label={say("versions.rollback")}
            question={say("versions.rollbackSure")}
            busy={champion.busy}
            onConfirm={champion.rollBack}
          />
        ) : null}
      </div>
      <ErrorNotice error={champion.error} />
      <VersionTable
        service={service}
        model={model}
        versions={versions.data.items}
        busy={champion.busy}
        onPromote={mayPromote ? champion.promote : undefined}
      />
    </section>
  );
}

interface VersionTableProps extends VersionsPartProps {
  readonly versions: readonly VersionShape[];
  readonly busy: boolean;
  readonly onPromote: ((version: number) => void) | undefined;
}

function VersionTable({ service, model, versions, busy, onPromote }: VersionTableProps) {
  const { say, time } = useWords();
  // By the champion's figure: what could take its place is measured by the same.
  const leader = versions.find(({ champion }) => champion) ?? versions[0];
  const metric = leader === undefined ? undefined : sortedMetrics(leader.metrics)[0]?.[0];
  const key = `metric.${metric}`;
  return (
    <DataTable
      label={say("versions.title", { model })}
      head={[
        say("decisions.version"),
        { number: isMessageKey(key) ? say(key) : (metric ?? say("training.evidence")) },
        say("common.created"),
        say("common.by"),
        say("versions.sha256"),
        "",
      ]}
    >
      {versions.map((version) => (
        <tr key={version.id}>
          <td>
            <Link to={`/services/${service}/versions/${version.number}`}>{say("home.version", { number: version.number })}</Link>
          </td>
          <Measured metric={metric === undefined ? undefined : version.metrics[metric]} />
          <td>{time(version.createdAt)}</td>
          <td className="clipped">{version.createdBy.name}</td>
          <td>
            <code className="quiet" title={version.sha256}>
              {version.sha256.slice(0, 12)}
            </code>
          </td>
          <td className="end">
            <PromoteCell version={version} busy={busy} onPromote={onPromote} />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

/** The figure with its interval. */
function Measured({ metric }: { metric: VersionShape["metrics"][string] | undefined }) {
  const { language } = useWords();
  const digits = new Intl.NumberFormat(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  if (metric === undefined) return <td className="number quiet">–</td>;
  return (
    <td className="number">
      {digits.format(metric.value)}
      {metric.low === undefined || metric.high === undefined ? null : (
        <span className="quiet">
          {" "}
          ({digits.format(metric.low)}–{digits.format(metric.high)})
        </span>
      )}
    </td>
  );
}

function PromoteCell({ version, busy, onPromote }: { version: VersionShape } & Pick<VersionTableProps, "busy" | "onPromote">) {
  const { say } = useWords();
  if (version.champion) return <span className="badge good">{say("versions.champion")}</span>;
  if (onPromote === undefined) return null;
  return (
    <ConfirmButton
      small
      label={say("versions.promote")}
      name={say("versions.promoteOf", { number: version.number })}
      question={say("versions.promoteSure", { number: version.number })}
      busy={busy}
      onConfirm={() => onPromote(version.number)}
    />
  );
}
