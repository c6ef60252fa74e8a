/** When a process started, as an opaque text; undefined when there is none with this pid. */
export function processStart(pid: number): string | undefined;
/** Takes the lock, or says which process has it. */
export function tryLock(path: string): { readonly release: () => void; readonly holder?: undefined } | { readonly holder: number };
