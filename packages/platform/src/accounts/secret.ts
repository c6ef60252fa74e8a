/**
 * Secrets: random ones with a checksum, kept only as SHA-256; passwords as scrypt.
 *
 * Shape: prefix, 43 characters of base64url (256 random bits), `_`, 6 characters of checksum. A typo is found without the
 * database. Cost of a password: scrypt N = 2^15, r = 8 (about 60 ms), in Node's thread pool.
 */
import { hash, scrypt, timingSafeEqual } from "node:crypto";
import type { RandomBytes } from "../foundation/index.ts";

export type SecretPrefix = "mgl_" | "mgladm_" | "mglinv_" | "mglses_";

export function newSecret(prefix: SecretPrefix, random: RandomBytes): string {
  const bytes = new Uint8Array(32);
  random(bytes);
  const body = `${prefix}${Buffer.from(bytes).toString("base64url")}`;
  return `${body}_${checksum(body)}`;
}

function checksum(body: string): string {
  return hash("sha256", body, "base64url").replaceAll(/[-_]/g, "0").slice(0, 6);
}

/** True when the text has the shape and its checksum fits. */
export function isSecret(prefix: SecretPrefix, text: string): boolean {
  if (text.length !== prefix.length + 50 || !text.startsWith(prefix) || text[prefix.length + 43] !== "_") return false;
  const body = text.slice(0, prefix.length + 43);
  return /^[A-Za-z0-9_-]+$/.test(body) && text.endsWith(`_${checksum(body)}`);
}

export function hashSecret(secret: string): Buffer {
  return hash("sha256", secret, "buffer");
}

const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

function derive(password: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, 32, cost, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

/** `scrypt$<salt>$<key>`, both base64url. */
export async function hashPassword(password: string, random: RandomBytes): Promise<string> {
  const salt = new Uint8Array(16);
  random(salt);
  return `scrypt$${Buffer.from(salt).toString("base64url")}$${(await derive(password, salt)).toString("base64url")}`;
}

/** Takes the same time whether or not there is such a member: give `undefined` when there is none. */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, salt = "AAAAAAAAAAAAAAAAAAAAAA", key = ""] = (stored ?? "").split("$");
  const derived = await derive(password, Buffer.from(salt, "base64url"));
  const wanted = Buffer.from(key, "base64url");
  return wanted.byteLength === derived.byteLength && timingSafeEqual(wanted, derived);
}
