/** One mark that requires every column which had a value in each row of the training table. */
import { completeColumns, registryRoutes } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { callRoute } from "../api/call-route.ts";
import { useWords } from "../language/language.tsx";

interface CompleteFieldProps {
  readonly model: string;
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
}

/** Nothing where the card of the model's champion does not count what was missing. */
export function CompleteField({ model, value, onChange }: CompleteFieldProps) {
  const { say, number } = useWords();
  const complete = useQuery({
    queryKey: ["complete columns", model],
    queryFn: async () => {
      const { champion } = await callRoute(registryRoutes.readModel, { params: { model } });
      if (champion === null) return [];
      const { card } = await callRoute(registryRoutes.readModelVersion, { params: { model, number: champion.number } });
      return completeColumns(card);
    },
  });
  const columns = complete.data ?? [];
  if (columns.length === 0) return null;
  return (
    <label className="check">
      <input type="checkbox" checked={value.length > 0} onChange={(event) => onChange(event.target.checked ? columns : [])} />
      {say("publish.requireComplete", { count: number(columns.length) })}
    </label>
  );
}
