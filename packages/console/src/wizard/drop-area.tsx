/** Where a file is dropped, or chosen by hand. */
import { useRef, useState } from "react";
import { useWords } from "../language/language.tsx";
import { StepTitle } from "./step-title.tsx";

export function DropArea({ onFile }: { onFile: (file: File) => void }) {
  const { say } = useWords();
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file !== undefined) onFile(file);
  };
  return (
    <section
      className={over ? "drop over" : "drop"}
      aria-label={say("file.title")}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <svg className="drop-picture" viewBox="0 0 48 48" aria-hidden="true">
        <path d="M10 8h28a3 3 0 0 1 3 3v26a3 3 0 0 1-3 3H10a3 3 0 0 1-3-3V11a3 3 0 0 1 3-3ZM7 17h34M7 25h34M7 33h34M18 17v23M30 17v23" />
      </svg>
      <StepTitle step="file">{say("file.title")}</StepTitle>
      <p className="quiet">{say("file.text")}</p>
      <button type="button" className="button primary" onClick={() => input.current?.click()}>
        {say("file.choose")}
      </button>
      <p className="small quiet">{say("file.drop")}</p>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={say("file.choose")}
        accept=".csv,.tsv,.txt,.gz,.parquet"
        onChange={(event) => take(event.target.files)}
      />
    </section>
  );
}
