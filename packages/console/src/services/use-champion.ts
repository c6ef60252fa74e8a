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
  // One for both ways, so that what was refused is not said any more once the other way was gone.
  const change = useMutation({
    mutationFn: (number: number | undefined) =>
      number === undefined
        ? callRoute(registryRoutes.rollBackChampion, { params: { model }, body: expected })
        : callRoute(registryRoutes.promoteVersion, { params: { model }, body: { number, ...expected } }),
    onSuccess,
    onError,
  });
  return {
    promote: (number: number) => change.mutate(number),
    rollBack: () => change.mutate(undefined),
    busy: change.isPending,
    error: change.error,
  };
}
