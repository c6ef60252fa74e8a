/** Sends a file to be read as a table, and again as its next version; tells how far it is, and can be stopped. */
import { type TableShape, tablesRoutes } from "@megalith/contract";
import { useEffect, useRef, useState } from "react";
import { ApiError } from "../api/call-route.ts";
import { type Upload, uploadFile } from "../api/upload.ts";
import type { Dialect } from "./dialect-fields.tsx";

export interface Reading {
  readonly name: string;
  readonly title: string;
  readonly mode: "strict" | "lenient";
  readonly dialect: Dialect;
}

export function useUpload(file: File) {
  const [table, setTable] = useState<TableShape | null>(null);
  /** What was sent of it, 0 to 1; null while nothing is under way. */
  const [share, setShare] = useState<number | null>(null);
  const [wasCancelled, setCancelled] = useState(false);
  const upload = useRef<Upload<TableShape>>(undefined);
  useEffect(() => () => upload.current?.cancel(), []);

  const send = async ({ name, title, mode, dialect }: Reading): Promise<void> => {
    const { header, ...rest } = dialect;
    const reading = { mode, ...rest, ...(header === undefined ? {} : { header: header === "true" }) };
    setShare(0);
    setCancelled(false);
    upload.current =
      table === null
        ? uploadFile(tablesRoutes.createTable, { query: { name, title, ...reading } }, file, setShare)
        : uploadFile(tablesRoutes.addTableVersion, { params: { table: table.name }, query: reading }, file, setShare);
    try {
      setTable(await upload.current.done);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "network.cancelled")) throw error;
      setCancelled(true);
    } finally {
      setShare(null);
    }
  };
  return { table, share, wasCancelled, send, cancel: () => upload.current?.cancel() };
}
