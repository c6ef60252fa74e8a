/** The titles of services by id, as far as whoever asks may see them. */
import { servingRoutes } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { callRoute } from "../api/call-route.ts";

export function useServiceTitles(): ReadonlyMap<string, string> {
  const services = useQuery({ queryKey: ["services"], queryFn: () => callRoute(servingRoutes.listServices, {}) });
  return new Map(services.data?.items.map(({ id, title }) => [id, title]));
}
