/** An address that leads nowhere, or to what is not the reader's to see: the two look the same. */
import { Link } from "react-router";
import { usePageTitle } from "./design/parts.tsx";
import { useWords } from "./language/language.tsx";

export function NotFoundPage() {
  const { say } = useWords();
  usePageTitle(say("notFound.title"));
  return (
    <div className="page">
      <section className="card empty">
        <p className="huge quiet" aria-hidden="true">
          404
        </p>
        <h1>{say("notFound.title")}</h1>
        <p className="quiet">{say("notFound.text")}</p>
        <Link className="button primary" to="/">
          {say("notFound.home")}
        </Link>
      </section>
    </div>
  );
}
