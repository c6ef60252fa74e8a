/** From a dropped file to a published service, in four steps; the address says which, so a reload and Back find their place. */
import { type TableShape, tablesRoutes } from "@megalith/contract";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useSearchParams } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { ErrorNotice, Loading, PageHead } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { ColumnsStep } from "./columns-step.tsx";
import { FileStep } from "./file-step.tsx";
import { type Place, placeOf, searchOf } from "./place.ts";
import { PublishStep } from "./publish-step.tsx";
import { HeadingShown } from "./step-title.tsx";
import { Steps } from "./steps.tsx";
import { TrainingStep } from "./training-step.tsx";

export type Go = (change: Partial<Place>, how?: { readonly replace: boolean }) => void;

export function WizardPage() {
  const { say } = useWords();
  const client = useQueryClient();
  const [search, setSearch] = useSearchParams();
  const place = placeOf(search);
  const shown = useRef(false);
  const go: Go = (change, how) =>
    setSearch(searchOf({ ...place, ...change }), how === undefined ? {} : { ...how, preventScrollReset: true });
  return (
    <div className="page">
      <PageHead title={say("wizard.title")} />
      <Steps place={place} />
      <HeadingShown value={shown}>
        {place.table === null ? (
          <FileStep
            onDone={(table) => {
              client.setQueryData(["table", table.name], table);
              go({ table: table.name });
            }}
          />
        ) : (
          <StepOfTable name={place.table} place={place} onGo={go} />
        )}
      </HeadingShown>
    </div>
  );
}

function StepOfTable({ name, place, onGo }: { readonly name: string; readonly place: Place; readonly onGo: Go }) {
  const table = useQuery<TableShape>({
    queryKey: ["table", name],
    queryFn: () => callRoute(tablesRoutes.readTable, { params: { table: name } }),
  });
  if (table.isError) return <ErrorNotice error={table.error} />;
  if (table.isPending) return <Loading />;
  if (place.model !== null) return <PublishStep table={table.data} model={place.model} />;
  if (place.job === null) return <ColumnsStep table={table.data} place={place} onGo={onGo} />;
  // What was asked of one training, as its cancelling, is not said of the next.
  return <TrainingStep key={place.job} id={place.job} onGo={onGo} />;
}
