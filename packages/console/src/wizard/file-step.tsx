/** The first step: a file is dropped, sent with progress, and read; what cannot be read is shown by line and column. */
import type { TableShape } from "@megalith/contract";
import { useState } from "react";
import { DropArea } from "./drop-area.tsx";
import { FileForm } from "./file-form.tsx";

export function FileStep({ onDone }: { onDone: (table: TableShape) => void }) {
  const [file, setFile] = useState<File | null>(null);
  return file === null ? <DropArea onFile={setFile} /> : <FileForm file={file} onOther={() => setFile(null)} onDone={onDone} />;
}
