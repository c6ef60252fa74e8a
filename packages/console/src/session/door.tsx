/** What stands before the product: the brand, one card, language and appearance. */
import type { ReactNode } from "react";
import { usePageTitle } from "../design/parts.tsx";
import { Brand, Preferences } from "../shell/preferences.tsx";

export function Door({ title, lead, children }: { title: string; lead?: ReactNode; children?: ReactNode }) {
  usePageTitle(title);
  return (
    <main className="door">
      <div className="door-card">
        <Brand />
        <section className="card">
          <div className="stack tight">
            <h1>{title}</h1>
            {lead === undefined ? null : <p className="quiet">{lead}</p>}
          </div>
          {children}
        </section>
        <Preferences />
      </div>
    </main>
  );
}
