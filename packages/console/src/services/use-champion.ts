/** Makes a version the champion, or the one before it again. */
import { type ReplyOf, registryRoutes } from "@megalith/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { callRoute } from "../api/call-route.ts";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";

/** @param seen the champion that the reader saw: somebody else's change in the meantime refuses this one. */
export function useChampion(model: string, seen: number | undefined) {
  const { say } = useWords();
  const toast = useToast();
  const client = useQueryClient();
  const expected = seen === undefined ? {} : { expected: seen };
  const onSuccess = ({ champion }: ReplyOf<typeof registryRoutes.promoteVersion>) => {
    toast(say("versions.promoted", { number: champion?.number ?? 0 }));
    return client.invalidateQueries();
  };
  const onError = () => client.invalidateQueries({ queryKey: ["versions", model] });
  const promote = useMutation({
    mutationFn: (number: number) => callRoute(registryRoutes.promoteVersion, { params: { model }, body: { number, ...expected } }),
    onSuccess,
    onError,
  });
  const rollBack = useMutation({
    mutationFn: () => callRoute(registryRoutes.rollBackChampion, { params: { model }, body: expected }),
    onSuccess,
    onError,
  });
  return {
    promote: (number: number) => promote.mutate(number),
    rollBack: () => rollBack.mutate(),
    busy: promote.isPending || rollBack.isPending,
    error: promote.error ?? rollBack.error,
  };
}
