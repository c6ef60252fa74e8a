/** Whether a service answers. */
import type { ServiceShape } from "@megalith/contract";
import { useWords } from "../language/language.tsx";

export function StatusBadge({ status }: Pick<ServiceShape, "status">) {
  const { say } = useWords();
  return <span className={status === "open" ? "badge good" : "badge warn"}>{say(`status.${status}`)}</span>;
}
