/** Who is signed in: asked of the server, held by a cookie that no script reads. */
import { accountsRoutes, type Role, type SessionShape } from "@megalith/contract";
import { useQuery, useQueryClient } from "@tanstack/react-query";
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

/** The session where a page is shown only to those who have one. */
export function useSignedIn(): SessionShape {
  const { data } = useSession();
  if (data === null || data === undefined) throw new Error("a page for the signed-in was shown to nobody");
  return data;
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
