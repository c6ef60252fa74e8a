/** One version of a service's model: what it was made of and how good it is. */
import { registryRoutes, servingRoutes, type VersionDetailShape } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { ConfirmButton } from "../design/confirm-button.tsx";
import { CopyButton, ErrorNotice, Loading, PageHead } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { PageFault } from "../page-fault.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";
import { cardOf } from "./card.ts";
import { LeaksPart } from "./leaks-part.tsx";
import { useChampion } from "./use-champion.ts";
import { VersionCard } from "./version-card.tsx";

export function VersionPage() {
  const { service: name = "", version: number = "" } = useParams();
  const { say, time } = useWords();
  const service = useQuery({
    queryKey: ["service", name],
    queryFn: () => callRoute(servingRoutes.readService, { params: { service: name } }),
  });
  const model = service.data?.model ?? "";
  const version = useQuery({
    queryKey: ["version", model, number],
    queryFn: () => callRoute(registryRoutes.readModelVersion, { params: { model, number: Number(number) } }),
    enabled: model !== "",
  });
  // The service answers with its model's champion.
  const champion = useChampion(model, service.data?.version.number);
  const mayPromote = mayAs(useSignedIn(), "engineer");
  if (service.isError || version.isError) return <PageFault error={service.error ?? version.error} />;
  if (service.isPending || version.isPending) return <Loading />;
  return (
    <div className="page">
      <PageHead
        title={say("version.title", { number: version.data.number, model })}
        trail={[
          { to: "/", label: say("nav.services") },
          { to: `/services/${name}?tab=versions`, label: service.data.title },
        ]}
        badge={version.data.champion ? <span className="badge good">{say("versions.champion")}</span> : undefined}
        lead={`${time(version.data.createdAt)} · ${version.data.createdBy.name}`}
      >
        {version.data.champion || !mayPromote ? null : (
          <ConfirmButton
            label={say("versions.promote")}
            name={say("versions.promoteOf", { number: version.data.number })}
            question={say("versions.promoteSure", { number: version.data.number })}
            busy={champion.busy}
            onConfirm={() => champion.promote(version.data.number)}
          />
        )}
      </PageHead>
      <ErrorNotice error={champion.error} />
      <VersionCard version={version.data} />
      <LeaksPart leaks={cardOf(version.data).leaks ?? []} />
      <Facts version={version.data} />
    </div>
  );
}

function Facts({ version }: { version: VersionDetailShape }) {
  const { say, number } = useWords();
  const { table, target, positive, trees, rows, parameters } = cardOf(version);
  const facts: [string, string][] = [];
  const { name, version: tableVersion, sha256 } = table ?? {};
  if (name !== undefined && tableVersion !== undefined)
    facts.push([say("version.table"), `${name} · ${say("home.version", { number: tableVersion })}`]);
  else if (sha256 !== undefined) facts.push([say("version.table"), `SHA-256 ${sha256.slice(0, 12)}…`]);
  if (target !== undefined) facts.push([say("columns.target"), typeof positive === "string" ? `${target} = ${positive}` : target]);
  if (rows !== undefined) facts.push([say("version.rows"), number(rows)]);
  if (trees !== undefined) facts.push([say("version.trees"), number(trees)]);
  for (const name of ["leaves", "rate", "minRows", "seed"] as const)
    if (parameters?.[name] !== undefined) facts.push([say(`version.${name}`), number(parameters[name], 6)]);
  return (
    <section className="card">
      <h2>{say("version.made")}</h2>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>{say("versions.sha256")}</dt>
          <dd className="row tight">
            <code>{version.sha256}</code> <CopyButton text={version.sha256} />
          </dd>
        </div>
      </dl>
    </section>
  );
}
