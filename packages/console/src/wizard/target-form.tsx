/** What to predict: the target, the class to find of two, and how the outcomes are spread. */
import type { TableProfileShape } from "@megalith/contract";
import { Bars } from "../charts/bars.tsx";
import { Field } from "../design/field.tsx";
import { Form, SubmitButton } from "../design/form.tsx";
import { useWords } from "../language/language.tsx";
import { StepTitle } from "./step-title.tsx";

interface TargetFormProps {
  readonly columns: readonly string[];
  readonly target: string;
  readonly positive: string | undefined;
  /** Of a target of two classes. */
  readonly classes: readonly string[];
  /** Undefined until it is known. */
  readonly balance: Balance | undefined;
  readonly onTarget: (name: string) => void;
  readonly onPositive: (name: string) => void;
  readonly onTrain: () => Promise<unknown>;
}

type Balance = NonNullable<TableProfileShape["target"]>;
const classesShown = 12;

export function TargetForm({ columns, target, positive, classes, balance, onTarget, onPositive, onTrain }: TargetFormProps) {
  const { say } = useWords();
  return (
    <Form className="card" onSend={onTrain} actions={<SubmitButton>{say("columns.train")}</SubmitButton>}>
      <StepTitle step="columns">{say("columns.title")}</StepTitle>
      <div className="fields roomy">
        <Field label={say("columns.target")} name="target" hint={say("columns.targetHint")}>
          <select className="input" required value={target} onChange={(event) => onTarget(event.target.value)}>
            <option value="">{say("columns.pickTarget")}</option>
            {columns.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </Field>
        {classes.length === 0 ? null : (
          <Field label={say("columns.positive")} name="positive" hint={say("columns.positiveHint")}>
            <select className="input" value={positive} onChange={(event) => onPositive(event.target.value)}>
              {classes.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </Field>
        )}
      </div>
      {balance === undefined ? null : <BalanceOfTarget balance={balance} />}
    </Form>
  );
}

function BalanceOfTarget({ balance }: { balance: Balance }) {
  const { say, number, percent } = useWords();
  const { classes = [], summary, missing } = balance;
  return (
    <div className="stack tight">
      <h3>{say("columns.balance")}</h3>
      <Bars
        bars={classes.slice(0, classesShown).map(({ value, count, share }) => ({
          label: value,
          text: `${number(count)} · ${percent(share)}`,
          share,
        }))}
      />
      {classes.length > classesShown ? (
        <p className="small quiet">{say("columns.moreClasses", { count: number(classes.length - classesShown) })}</p>
      ) : null}
      {summary === undefined ? null : (
        <p>
          {say("columns.range", { min: number(summary.min, 2), max: number(summary.max, 2) })}
          <span className="quiet"> · {say("columns.mean", { value: number(summary.mean, 2) })}</span>
        </p>
      )}
      {missing === 0 ? null : <p className="small quiet">{say("columns.balanceMissing", { count: number(missing) })}</p>}
    </div>
  );
}
