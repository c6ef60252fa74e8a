/** The front door of the server: start it, back it up, restore it. */
export { backupFolder } from "./backup/backup-folder.ts";
export type { Manifest } from "./backup/manifest.ts";
export { restore } from "./backup/restore.ts";
export { readConfig } from "./config.ts";
export { type Running, start, type UpOptions, up } from "./main.ts";
