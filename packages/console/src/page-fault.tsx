/** In place of a page whose thing cannot be shown. */
import { ApiError } from "./api/call-route.ts";
import { ErrorNotice } from "./design/parts.tsx";
import { NotFoundPage } from "./not-found-page.tsx";

export function PageFault({ error }: { error: unknown }) {
  return error instanceof ApiError && error.status === 404 ? <NotFoundPage /> : <ErrorNotice error={error} />;
}
