/** The second step: what to predict, what each column is, and when it is known. */
import { type TableProfileShape, type TableShape, tablesRoutes, trainingRoutes } from "@megalith/contract";
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
  const asked = {
    queryKey: ["profile", current.name, current.version.number, current.schemaRevision, target],
    queryFn: () => callRoute(tablesRoutes.readTableProfile, { params: { table: current.name }, query: target === "" ? {} : { target } }),
  };
  // The columns stay in sight while another target is asked for; its classes are nobody else's.
  const profile = useQuery({ ...asked, placeholderData: (before) => before });
  const correct = useMutation({
    // One after another: an answer that is overtaken would bring back the columns of before.
    scope: { id: `correct ${current.name}` },
    mutationFn: (columns: Record<string, Correction>) =>
      callRoute(tablesRoutes.correctTableSchema, { params: { table: current.name }, body: { columns } }),
    onSuccess: (table) => client.setQueryData(["table", table.name], table),
  });
  const balance = target === "" || profile.isPlaceholderData ? undefined : profile.data?.target;
  const classes = classesOf(balance);
  const start = useMutation({
    mutationFn: async () => {
      const positive = positiveOf(place, classesOf((await client.ensureQueryData(asked)).target));
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
        positive={positiveOf(place, classes)}
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

/** Of a target of two classes. */
function classesOf(balance: TableProfileShape["target"]): readonly string[] {
  return balance?.classes?.length === 2 ? balance.classes.map(({ value }) => value) : [];
}

function positiveOf({ positive }: Place, classes: readonly string[]): string | undefined {
  return classes.length === 0 ? undefined : (positive ?? likelyPositive(classes));
}

/** Of two classes, most common first: the one that says yes, else the rarer one, as a training by itself would have it. */
function likelyPositive(classes: readonly string[]): string | undefined {
  return classes.find((name) => name === "1" || name === "true") ?? classes.at(-1);
}
