/** The bare uuid of a job that a path names. */
import { MegalithError, uuidFromId } from "@megalith/contract";

/** @throws MegalithError "request.not_found" when it is no id of a job. */
export function jobUuid(id: string): string {
  const uuid = uuidFromId("job", id);
  if (uuid === undefined) throw new MegalithError("request.not_found");
  return uuid;
}
