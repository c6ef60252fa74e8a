/** A trained version: how good it is, and what the guard left out, to be kept on wish. */
import type { VersionDetailShape } from "@megalith/contract";
import { useWords } from "../language/language.tsx";
import { cardOf } from "../services/card.ts";
import { LeaksPart } from "../services/leaks-part.tsx";
import { VersionCard } from "../services/version-card.tsx";
import { StepTitle } from "./step-title.tsx";

interface TrainingResultProps {
  readonly version: VersionDetailShape;
  readonly busy: boolean;
  readonly onKeep: (columns: readonly string[]) => void;
  readonly onDone: () => void;
}

export function TrainingResult({ version, busy, onKeep, onDone }: TrainingResultProps) {
  const { say } = useWords();
  return (
    <>
      <div className="row apart">
        <StepTitle step="training">{say("training.done")}</StepTitle>
        <button type="button" className="button primary" onClick={onDone}>
          {say("common.next")}
        </button>
      </div>
      <VersionCard version={version} />
      <LeaksPart leaks={cardOf(version).leaks ?? []} busy={busy} onKeep={onKeep} />
    </>
  );
}
