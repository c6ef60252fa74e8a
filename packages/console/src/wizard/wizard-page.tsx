/** From a dropped file to a published service, in four steps. */
import type { TableShape } from "@megalith/contract";
import { useState } from "react";
import { PageHead } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { ColumnsStep } from "./columns-step.tsx";
import { FileStep } from "./file-step.tsx";
import { PublishStep } from "./publish-step.tsx";
import { TrainingStep } from "./training-step.tsx";

export interface Choice {
  readonly target: string;
  readonly positive: string | undefined;
  readonly ignore: readonly string[];
}

type State =
  | { readonly step: "file" }
  | { readonly step: "columns"; readonly table: TableShape }
  | { readonly step: "training"; readonly table: TableShape; readonly choice: Choice }
  | { readonly step: "service"; readonly table: TableShape; readonly model: string };

const steps = ["file", "columns", "training", "service"] as const;

export function WizardPage() {
  const { say } = useWords();
  const [state, setState] = useState<State>({ step: "file" });
  return (
    <div className="page">
      <PageHead title={say("wizard.title")} />
      <ol className="steps" aria-label={say("wizard.steps")}>
        {steps.map((step) => (
          <li key={step} aria-current={step === state.step ? "step" : undefined}>
            {say(`wizard.step.${step}`)}
          </li>
        ))}
      </ol>
      {state.step === "file" ? <FileStep onDone={(table) => setState({ step: "columns", table })} /> : null}
      {state.step === "columns" ? (
        <ColumnsStep table={state.table} onDone={(table, choice) => setState({ step: "training", table, choice })} />
      ) : null}
      {state.step === "training" ? (
        <TrainingStep
          table={state.table}
          choice={state.choice}
          onBack={() => setState({ step: "columns", table: state.table })}
          onDone={(model) => setState({ step: "service", table: state.table, model })}
        />
      ) : null}
      {state.step === "service" ? <PublishStep table={state.table} model={state.model} /> : null}
    </div>
  );
}
