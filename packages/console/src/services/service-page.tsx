/** One service: a form to try it, code to paste, what was decided, its versions and settings. */
import { billingRoutes, type ServiceSchemaShape, type ServiceShape, servingRoutes } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { Loading, PageHead, type Tab, Tabs } from "../design/parts.tsx";
import { priceOfPlan } from "../home/price-of-plan.ts";
import { useWords } from "../language/language.tsx";
import { PageFault } from "../page-fault.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";
import { CodePart } from "./code-part.tsx";
import { DecisionsPart } from "./decisions-part.tsx";
import { SettingsPart } from "./settings-part.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { TryPart } from "./try-part.tsx";
import { VersionsPart } from "./versions-part.tsx";

export function ServicePage() {
  const { service: name = "" } = useParams();
  const words = useWords();
  const { say } = words;
  const isProvider = useSignedIn().kind === "provider";
  const service = useQuery({
    queryKey: ["service", name],
    queryFn: () => callRoute(servingRoutes.readService, { params: { service: name } }),
  });
  const schema = useQuery({
    queryKey: ["schema", name],
    queryFn: () => callRoute(servingRoutes.readServiceSchema, { params: { service: name } }),
  });
  const plans = useQuery({ queryKey: ["plans"], queryFn: () => callRoute(billingRoutes.listPlans, {}), enabled: isProvider });
  const tabs = useTabs(service.data, schema.data);
  if (service.isError || schema.isError) return <PageFault error={service.error ?? schema.error} />;
  if (service.isPending || schema.isPending) return <Loading />;
  const { title, status, version, plan } = service.data;
  const price = priceOfPlan(
    plans.data?.items.find((one) => one.name === plan),
    words,
  );
  return (
    <div className="page">
      <PageHead
        title={title}
        badge={<StatusBadge status={status} />}
        trail={[{ to: "/", label: say("nav.services") }]}
        lead={[
          name,
          say("home.version", { number: version.number }),
          ...(isProvider || plan === null ? [price ?? plan ?? say("home.free")] : []),
        ].join(" · ")}
      />
      <Tabs label={say("service.tabs")} tabs={tabs} param="tab" />
    </div>
  );
}

function useTabs(service: ServiceShape | undefined, schema: ServiceSchemaShape | undefined): readonly Tab[] {
  const { say } = useWords();
  const session = useSignedIn();
  if (service === undefined || schema === undefined) return [];
  const tabs: Tab[] = [
    { id: "try", label: say("service.tab.try"), content: () => <TryPart key={service.name} schema={schema} /> },
    { id: "code", label: say("service.tab.code"), content: () => <CodePart schema={schema} /> },
    { id: "decisions", label: say("service.tab.decisions"), content: () => <DecisionsPart schema={schema} /> },
  ];
  if (session.kind === "provider")
    tabs.push({
      id: "versions",
      label: say("service.tab.versions"),
      content: () => <VersionsPart service={service.name} model={service.model} />,
    });
  if (mayAs(session, "engineer"))
    tabs.push({
      id: "settings",
      label: say("service.tab.settings"),
      content: () => <SettingsPart key={service.revision} service={service} columns={schema.columns} />,
    });
  return tabs;
}
