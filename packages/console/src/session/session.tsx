/** Who is signed in: asked of the server, held by a cookie that no script reads. */
import { accountsRoutes, type Role, type SessionShape } from "@megalith/contract";
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { ApiError, callRoute } from "../api/call-route.ts";

export const sessionKey = ["session"] as const;
/** Whether a session has ended by itself since the page was opened. */
export const endedKey = ["session-ended"] as const;

export function useSession() {
  const client = useQueryClient();
  return useQuery<SessionShape | null>({
    queryKey: sessionKey,
    queryFn: async () => {
      try {
        return await callRoute(accountsRoutes.currentSession, {});
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 401)) throw error;
        if (client.getQueryData(sessionKey) != null) client.setQueryData(endedKey, true);
        return null;
      }
    },
    staleTime: 60_000,
  });
}

/** From now on somebody else is here, or nobody: what was shown to the one before is forgotten. */
export function beginSession(client: QueryClient, session: SessionShape | null): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
  client.setQueryData(sessionKey, session);
}

const Context = createContext<SessionShape | undefined>(undefined);

/** What is within is shown to this session only: it stays what it was until all of it goes. */
export const SignedIn = Context.Provider;

/** The session where a page is shown only to those who have one. */
export function useSignedIn(): SessionShape {
  const session = useContext(Context);
  if (session === undefined) throw new Error("useSignedIn is called outside of SignedIn");
  return session;
}

const order: readonly Role[] = ["viewer", "analyst", "engineer", "owner"];

export function mayAs(session: SessionShape, role: Role): boolean {
  return session.role !== null && session.kind === "provider" && order.indexOf(session.role) >= order.indexOf(role);
}

export function useSignOut() {
  const client = useQueryClient();
  return async () => {
    await callRoute(accountsRoutes.endSession, {});
    beginSession(client, null);
  };
}
