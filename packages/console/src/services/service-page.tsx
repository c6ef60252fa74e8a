/** One service: a form to try it, code to paste, what was decided, its versions and settings. */
import { servingRoutes } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { ErrorNotice, Loading, PageHead, type Tab, Tabs } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";
import { CodePart } from "./code-part.tsx";
import { DecisionsPart } from "./decisions-part.tsx";
import { SettingsPart } from "./settings-part.tsx";
import { TryPart } from "./try-part.tsx";
import { VersionsPart } from "./versions-part.tsx";

export function ServicePage() {
  const { service: name = "" } = useParams();
  const { say } = useWords();
  const session = useSignedIn();
  const service = useQuery({
    queryKey: ["service", name],
    queryFn: () => callRoute(servingRoutes.readService, { params: { service: name } }),
  });
  const schema = useQuery({
    queryKey: ["schema", name],
    queryFn: () => callRoute(servingRoutes.readServiceSchema, { params: { service: name } }),
  });
  if (service.isError || schema.isError) return <ErrorNotice error={service.error ?? schema.error} />;
  if (service.isPending || schema.isPending) return <Loading />;
  const tabs: Tab[] = [
    { id: "try", label: say("service.tab.try"), content: () => <TryPart key={name} schema={schema.data} /> },
    { id: "code", label: say("service.tab.code"), content: () => <CodePart schema={schema.data} /> },
    { id: "decisions", label: say("service.tab.decisions"), content: () => <DecisionsPart service={name} /> },
  ];
  if (session.kind === "provider")
    tabs.push({ id: "versions", label: say("service.tab.versions"), content: () => <VersionsPart model={service.data.model} /> });
  if (mayAs(session, "engineer"))
    tabs.push({
      id: "settings",
      label: say("service.tab.settings"),
      content: () => <SettingsPart key={service.data.revision} service={service.data} />,
    });
  return (
    <div className="page">
      <PageHead title={service.data.title} lead={`${service.data.name} · ${say("home.version", { number: service.data.version.number })}`}>
        <span className={service.data.status === "open" ? "badge good" : "badge warn"}>{say(`status.${service.data.status}`)}</span>
      </PageHead>
      <Tabs label={say("service.tabs")} tabs={tabs} param="tab" />
    </div>
  );
}
