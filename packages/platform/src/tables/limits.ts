/** Bounds of one import or view; a file beyond one is refused with a coded error that names the bound. */
export interface TableLimits {
  /** Bytes of the file as received, and again as unpacked. */
  readonly sourceBytes: number;
  readonly unpackedBytes: number;
  /** How many times larger than received an unpacked gzip may be, once beyond 64 MiB. */
  readonly unpackRatio: number;
  readonly columns: number;
  readonly rows: number;
  /** Characters of one row. */
  readonly rowLength: number;
  /** Problems kept with line and text; the count goes on beyond. */
  readonly problems: number;
  readonly memoryMegabytes: number;
  readonly temporaryMegabytes: number;
  readonly threads: number;
  /** Of one view. */
  readonly viewMs: number;
}

export const defaultLimits: TableLimits = {
  sourceBytes: 16 * 2 ** 30,
  unpackedBytes: 64 * 2 ** 30,
  unpackRatio: 400,
  columns: 5_000,
  rows: 2_000_000_000,
  rowLength: 2_000_000,
  problems: 100,
  memoryMegabytes: 1_024,
  temporaryMegabytes: 16_384,
  threads: 2,
  viewMs: 30_000,
};

/** Columns beyond which work is done on one thread: each column has buffers of its own on every thread. */
export const wideColumns = 500;

/** Limits for a table of so many columns: DuckDB reserves 256 KiB a column for writing, touched or not. */
export function limitsForWidth(limits: TableLimits, columns: number): TableLimits {
  return {
    ...limits,
    memoryMegabytes: limits.memoryMegabytes + Math.ceil(columns * 0.4),
    threads: columns > wideColumns ? 1 : limits.threads,
  };
}

/** A size as people read it: `64 MiB`. */
export function wordBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${Math.round(size * 10) / 10} ${units[unit]}`;
}
