/** The second step: what to predict, what each column is, and when it is known. */
import { type TableShape, tablesRoutes, trainingRoutes } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { callRoute } from "../api/call-route.ts";
import { ErrorNotice, Loading } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { ColumnTable, type Correction } from "./column-table.tsx";
import type { Place } from "./place.ts";
import { TargetForm } from "./target-form.tsx";
import type { Go } from "./wizard-page.tsx";

interface ColumnsStepProps {
  readonly table: TableShape;
  readonly place: Place;
  readonly onGo: Go;
}

export function ColumnsStep({ table: current, place, onGo }: ColumnsStepProps) {
  const { say } = useWords();
  const client = useQueryClient();
  const { target, ignored } = place;
  const profile = useQuery({
    queryKey: ["profile", current.name, current.version.number, current.schemaRevision, target],
    queryFn: () => callRoute(tablesRoutes.readTableProfile, { params: { table: current.name }, query: target === "" ? {} : { target } }),
    placeholderData: (before) => before,
  });
  const correct = useMutation({
    // One after another: an answer that is overtaken would bring back the columns of before.
    scope: { id: `correct ${current.name}` },
    mutationFn: (columns: Record<string, Correction>) =>
      callRoute(tablesRoutes.correctTableSchema, { params: { table: current.name }, body: { columns } }),
    onSuccess: (table) => client.setQueryData(["table", table.name], table),
  });
  const balance = target === "" ? undefined : profile.data?.target;
  const classes = balance?.classes?.length === 2 ? balance.classes.map(({ value }) => value) : [];
  const positive = classes.length === 0 ? undefined : (place.positive ?? likelyPositive(classes));
  const start = useMutation({
    mutationFn: () => {
      const body = {
        table: current.name,
        target,
        ignore: ignored.filter((name) => name !== target),
        ...(positive === undefined ? {} : { positive }),
      };
      return callRoute(trainingRoutes.startTraining, { params: { model: current.name }, body });
    },
    onSuccess: (job) => onGo({ job: job.id }),
  });
  const choose = (change: Partial<Place>) => onGo(change, { replace: true });
  if (profile.isError) return <ErrorNotice error={profile.error} />;
  if (profile.isPending) return <Loading />;
  return (
    <>
      <TargetForm
        columns={current.version.schema.map(({ name }) => name)}
        target={target}
        positive={positive}
        classes={classes}
        balance={balance}
        onTarget={(name) => choose({ target: name, positive: null })}
        onPositive={(name) => choose({ positive: name })}
        onTrain={() => start.mutateAsync()}
      />
      <section className="card">
        <div>
          <h2>{say("columns.list")}</h2>
          <p className="small quiet">{say("columns.listHint")}</p>
        </div>
        <ErrorNotice error={correct.error} />
        <ColumnTable
          columns={current.version.schema}
          profiles={profile.data.columns}
          target={target}
          ignored={ignored}
          onIgnored={(names) => choose({ ignored: names })}
          onCorrect={(name, correction) => correct.mutate({ [name]: correction })}
        />
      </section>
    </>
  );
}

/** Of two classes, most common first: the one that says yes, else the rarer one, as a training by itself would have it. */
function likelyPositive(classes: readonly string[]): string | undefined {
  return classes.find((name) => name === "1" || name === "true") ?? classes.at(-1);
}
