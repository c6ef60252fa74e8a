/** Who is signed in: asked of the server, held by a cookie that no script reads. */
import { accountsRoutes, type Role, type SessionShape } from "@megalith/contract";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { ApiError, callRoute } from "../api/call-route.ts";

export const sessionKey = ["session"] as const;

export function useSession() {
  return useQuery<SessionShape | null>({
    queryKey: sessionKey,
    queryFn: async () => {
      try {
        return await callRoute(accountsRoutes.currentSession, {});
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
  });
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
    client.clear();
    client.setQueryData(sessionKey, null);
  };
}
