/** Starts the page. */
import "@fontsource-variable/inter";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter } from "react-router";
import { RouterProvider } from "react-router/dom";
import { ApiError } from "./api/call-route.ts";
import { App } from "./app.tsx";
import "./design/tokens.css";
import "./design/base.css";
import "./design/parts.css";
import "./design/figures.css";
import "./design/form.css";
import "./design/table.css";
import "./design/shell.css";
import "./customers/customers.css";
import { FaultBoundary } from "./design/fault-boundary.tsx";
import { ToastProvider } from "./design/toasts.tsx";
import { UnsavedProvider } from "./design/unsaved.tsx";
import { firstLanguage, LanguageProvider } from "./language/language.tsx";
import { endedKey, sessionKey } from "./session/session.tsx";
import { applyTheme } from "./shell/preferences.tsx";

applyTheme();
document.documentElement.lang = firstLanguage();
/** A session that ended shows the door; the address stays, so one is back where one was after signing in. */
const onError = (error: unknown) => {
  if (!(error instanceof ApiError && error.status === 401 && error.code === "access.unauthenticated")) return;
  if (client.getQueryData(sessionKey) != null) client.setQueryData(endedKey, true);
  client.setQueryData(sessionKey, null);
};
const client = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status > 0 && error.status < 500),
      staleTime: 5_000,
    },
  },
});
const router = createBrowserRouter([
  {
    path: "*",
    element: (
      <FaultBoundary>
        <UnsavedProvider>
          <App />
        </UnsavedProvider>
      </FaultBoundary>
    ),
  },
]);
createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <LanguageProvider>
        <ToastProvider>
          <RouterProvider router={router} />
        </ToastProvider>
      </LanguageProvider>
    </QueryClientProvider>
  </StrictMode>,
);
