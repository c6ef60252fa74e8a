/** The front door of the server: start it, back it up, restore it. */
export { backup } from "./backup/backup.ts";
export { restore } from "./backup/restore.ts";
export { type Running, start, type UpOptions, up } from "./main.ts";
export { release } from "./release.ts";
