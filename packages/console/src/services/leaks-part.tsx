/** Columns that may know the answer: what the guard made of each and why; where it is a wizard's, they are kept on wish. */
import { isMessageKey, wordEvidence } from "@megalith/contract";
import { useState } from "react";
import { DataTable } from "../design/parts.tsx";
import { useWords, type Words } from "../language/language.tsx";
import type { Leak } from "./card.ts";

interface LeaksPartProps {
  readonly leaks: readonly Leak[];
  readonly busy?: boolean;
  /** Trains again with these columns; without it the list is only read. */
  readonly onKeep?: (columns: readonly string[]) => void;
}

export function LeaksPart({ leaks, busy = false, onKeep }: LeaksPartProps) {
  const { say } = useWords();
  const [kept, setKept] = useState<readonly string[]>([]);
  const mark = (column: string, isKept: boolean) => setKept(isKept ? [...kept, column] : kept.filter((name) => name !== column));
  const head = [say("file.column"), say("training.verdict"), say("training.evidence")];
  return (
    <section className="card">
      <h2>{say("training.leaks")}</h2>
      {leaks.length === 0 ? (
        <p className="quiet">{say("training.noLeaks")}</p>
      ) : (
        <DataTable label={say("training.leaks")} look="stacked" head={onKeep === undefined ? head : [say("leak.kept"), ...head]}>
          {leaks.map((leak) => (
            <LeakRow
              key={leak.column}
              leak={leak}
              isKept={leak.verdict === "kept" || kept.includes(leak.column)}
              onMark={onKeep === undefined ? undefined : (isKept) => mark(leak.column, isKept)}
            />
          ))}
        </DataTable>
      )}
      {kept.length === 0 || onKeep === undefined ? null : (
        <div>
          <button type="button" className="button" disabled={busy} onClick={() => onKeep(kept)}>
            {say("training.keep")}
          </button>
        </div>
      )}
    </section>
  );
}

interface LeakRowProps {
  readonly leak: Leak;
  readonly isKept: boolean;
  readonly onMark: ((isKept: boolean) => void) | undefined;
}

function LeakRow({ leak, isKept, onMark }: LeakRowProps) {
  const words = useWords();
  const { say } = words;
  const wasKept = leak.verdict === "kept";
  return (
    <tr>
      {onMark === undefined ? null : (
        <td className="mark">
          <input
            type="checkbox"
            aria-label={`${say("leak.kept")}: ${leak.column}`}
            disabled={wasKept}
            checked={isKept}
            onChange={(event) => onMark(event.target.checked)}
          />
        </td>
      )}
      <td className="wrap lead">{leak.column}</td>
      <td>
        <span className={wasKept ? "badge" : "badge warn"}>{wordOf(words, `leak.${leak.verdict}`, leak.verdict)}</span>
      </td>
      <td className="wrap whole">
        {wordOf(words, `leak.${leak.reason}`, leak.reason)}
        <br />
        <span className="quiet">{evidenceInWords(words, leak)}</span>
      </td>
    </tr>
  );
}

function evidenceInWords(words: Words, { evidence }: Leak): string {
  return wordEvidence(words.language, evidence).join(" · ");
}

function wordOf({ say }: Words, key: string, fallback: string): string {
  return isMessageKey(key) ? say(key) : fallback;
}
