/** The session's cookie: HttpOnly, SameSite=Strict, for the whole site; Secure behind HTTPS. */
import { parseCookie, stringifySetCookie } from "cookie";

const name = "megalith_session";

export function sessionCookie(token: string, expires: Date, secure: boolean): string {
  return stringifySetCookie({ name, value: token, expires, httpOnly: true, path: "/", sameSite: "strict", secure });
}

export function readSessionCookie(header: string | undefined): string | undefined {
  return header === undefined ? undefined : parseCookie(header)[name];
}
