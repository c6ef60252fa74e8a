/** From a dropped file to a published service, in four steps; the address says which, so a reload and Back find their place. */
import { type TableShape, tablesRoutes } from "@megalith/contract";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { ErrorNotice, Loading, PageHead } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { ColumnsStep } from "./columns-step.tsx";
import { FileStep } from "./file-step.tsx";
import { PublishStep } from "./publish-step.tsx";
import { TrainingStep } from "./training-step.tsx";

const steps = ["file", "columns", "training", "service"] as const;
type Step = (typeof steps)[number];

interface Place {
  readonly table: string | null;
  readonly job: string | null;
  readonly model: string | null;
}

function stepOf({ table, job, model }: Place): Step {
  if (table === null) return "file";
  if (model !== null) return "service";
  return job === null ? "columns" : "training";
}

export function WizardPage() {
  const { say } = useWords();
  const client = useQueryClient();
  const [search, setSearch] = useSearchParams();
  const place: Place = { table: search.get("table"), job: search.get("job"), model: search.get("model") };
  const current = stepOf(place);
  return (
    <div className="page">
      <PageHead title={say("wizard.title")} />
      <ol className="steps" aria-label={say("wizard.steps")}>
        {steps.map((step) => (
          <li key={step} aria-current={step === current ? "step" : undefined}>
            {say(`wizard.step.${step}`)}
          </li>
        ))}
      </ol>
      {place.table === null ? (
        <FileStep
          onDone={(table) => {
            client.setQueryData(["table", table.name], table);
            setSearch({ table: table.name });
          }}
        />
      ) : (
        <StepOfTable name={place.table} place={place} onGo={setSearch} />
      )}
    </div>
  );
}

interface StepOfTableProps {
  readonly name: string;
  readonly place: Place;
  readonly onGo: (to: Record<string, string>, how?: { replace: boolean }) => void;
}

function StepOfTable({ name, place, onGo }: StepOfTableProps) {
  const table = useQuery<TableShape>({
    queryKey: ["table", name],
    queryFn: () => callRoute(tablesRoutes.readTable, { params: { table: name } }),
  });
  if (table.isError) return <ErrorNotice error={table.error} />;
  if (table.isPending) return <Loading />;
  if (place.model !== null) return <PublishStep table={table.data} model={place.model} />;
  if (place.job === null) return <ColumnsStep table={table.data} onDone={(job) => onGo({ table: name, job })} />;
  return (
    <TrainingStep
      id={place.job}
      onBack={() => onGo({ table: name })}
      onAgain={(job) => onGo({ table: name, job }, { replace: true })}
      onDone={(model) => onGo({ table: name, model })}
    />
  );
}
