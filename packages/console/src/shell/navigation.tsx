/** The places that the signed-in may go to. */
import { Link, NavLink, useLocation } from "react-router";
import { Icon } from "../design/icons.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";

/** The list of services leads to them and to their decisions. */
const servicePages = /^\/(?:$|services\/|decisions\/)/;

export function Navigation({ onGone }: { onGone: () => void }) {
  const { say } = useWords();
  const session = useSignedIn();
  const { pathname } = useLocation();
  const places = [
    ...(mayAs(session, "engineer") ? (["new"] as const) : []),
    ...(session.kind === "provider" ? (["customers", "members", "organisation"] as const) : (["account"] as const)),
  ];
  return (
    <nav className="nav" aria-label={say("nav.label")}>
      <Link to="/" aria-current={servicePages.test(pathname) ? "page" : undefined} onClick={onGone}>
        <Icon name="services" />
        {say("nav.services")}
      </Link>
      {places.map((place) => (
        <NavLink key={place} to={`/${place}`} onClick={onGone}>
          <Icon name={place} />
          {say(`nav.${place}`)}
        </NavLink>
      ))}
    </nav>
  );
}
