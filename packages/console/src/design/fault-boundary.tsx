/** A page that fails says so instead of leaving an empty window, and offers the way out. */
import { Component, type ReactNode } from "react";
import { useWords } from "../language/language.tsx";

export class FaultBoundary extends Component<{ readonly children: ReactNode }, { readonly fault: Error | null }> {
  override state = { fault: null };

  static getDerivedStateFromError(fault: Error): { fault: Error } {
    return { fault };
  }

  override render(): ReactNode {
    return this.state.fault === null ? this.props.children : <Fault fault={this.state.fault} />;
  }
}

function Fault({ fault }: { fault: Error }) {
  const { say } = useWords();
  return (
    <main className="door">
      <div className="card empty" role="alert">
        <h1>{say("fault.title")}</h1>
        <p className="quiet">{say("fault.text")}</p>
        <code>{fault.message}</code>
        <a className="button primary" href="/">
          {say("notFound.home")}
        </a>
      </div>
    </main>
  );
}
