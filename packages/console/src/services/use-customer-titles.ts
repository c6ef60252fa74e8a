/** Customers' titles by id, for the provider's eyes; a customer asks for nothing and is shown none. */
import { accountsRoutes } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { callRoute } from "../api/call-route.ts";
import { useSignedIn } from "../session/session.tsx";

export function useCustomerTitles(): ReadonlyMap<string, string> | undefined {
  const isProvider = useSignedIn().kind === "provider";
  const customers = useQuery({
    queryKey: ["customers", "titles"],
    queryFn: () => callRoute(accountsRoutes.listCustomers, { query: { limit: 500 } }),
    enabled: isProvider,
  });
  return isProvider ? new Map(customers.data?.items.map(({ id, title }) => [id, title])) : undefined;
}
