/** The console's built files, read once into memory: hashed assets for a year, every other page is index.html. */
import { readdir, readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json; charset=utf-8",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
};

const policy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

interface Page {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** @returns a look-up by path that never touches the disk, so no path can leave the folder. */
export async function consolePages(folder: string | undefined): Promise<(path: string) => Promise<Page | undefined>> {
  const pages = new Map<string, Page>();
  if (folder !== undefined) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const path = `/${file.slice(folder.length).split(sep).filter(Boolean).join("/")}`;
      pages.set(path, { body: await readFile(file), headers: headersOf(path) });
    }
  }
  const index = pages.get("/index.html");
  return async (path) => (extname(path) === "" ? index : pages.get(path));
}

function headersOf(path: string): Readonly<Record<string, string>> {
  return {
    "content-type": types[extname(path)] ?? "application/octet-stream",
    "cache-control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
    "content-security-policy": policy,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  };
}
