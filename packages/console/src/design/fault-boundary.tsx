/** A page that fails says so instead of leaving an empty window, and offers the ways on. */
import { Component, type ReactNode } from "react";
import { useWords } from "../language/language.tsx";

interface FaultBoundaryProps {
  /** Within the frame of the pages, which stays and leads elsewhere. */
  readonly framed?: boolean;
  readonly children: ReactNode;
}

export class FaultBoundary extends Component<FaultBoundaryProps, { readonly fault: Error | null }> {
  override state = { fault: null };

  static getDerivedStateFromError(fault: Error): { fault: Error } {
    return { fault };
  }

  override render(): ReactNode {
    const { framed = false, children } = this.props;
    if (this.state.fault === null) return children;
    const shown = <Fault fault={this.state.fault} />;
    return framed ? <div className="page">{shown}</div> : <main className="door">{shown}</main>;
  }
}

function Fault({ fault }: { fault: Error }) {
  const { say } = useWords();
  return (
    <section className="card empty" role="alert">
      <h1>{say("fault.title")}</h1>
      <p className="quiet">{say("fault.text")}</p>
      <code className="wrap">{fault.message}</code>
      <div className="row">
        <button type="button" className="button primary" onClick={() => location.reload()}>
          {say("fault.reload")}
        </button>
        <a className="button" href="/">
          {say("notFound.home")}
        </a>
      </div>
    </section>
  );
}
