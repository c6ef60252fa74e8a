/** The frame of every page for the signed-in: navigation at the side, on a small screen behind a menu button. */
import { useEffect, useRef, useState } from "react";
import { Outlet, ScrollRestoration, useLocation } from "react-router";
import { FaultBoundary } from "../design/fault-boundary.tsx";
import { useWords } from "../language/language.tsx";
import { useSignedIn, useSignOut } from "../session/session.tsx";
import { Navigation } from "./navigation.tsx";
import { Brand, Preferences } from "./preferences.tsx";

export function Shell() {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {say("common.skip")}
      </a>
      <header className="side">
        <Brand />
        <button
          type="button"
          className="button small menu-button"
          aria-expanded={open}
          aria-controls="navigation"
          onClick={() => setOpen(!open)}
        >
          {say("nav.menu")}
        </button>
        <div id="navigation" className={open ? "side-body open" : "side-body"}>
          <Navigation onGone={() => setOpen(false)} />
          <SideFoot />
        </div>
      </header>
      <Main />
    </div>
  );
}

function SideFoot() {
  const { say } = useWords();
  const session = useSignedIn();
  const signOut = useSignOut();
  return (
    <div className="side-foot">
      <Preferences />
      <p className="small quiet">
        {session.actor.kind === "admin" ? say("session.adminKey") : session.name} ·{" "}
        {say(session.role === null ? "role.customer" : `role.${session.role}`)}
      </p>
      <button type="button" className="button small" onClick={() => void signOut()}>
        {say("nav.signOut")}
      </button>
    </div>
  );
}

/** A new page begins at its top, Back at the place that was left. */
function Main() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    // Whoever listens or goes by keyboard is at the new page, not at a link of the one that is gone.
    if (shown.current !== pathname) main.current?.focus({ preventScroll: true });
    shown.current = pathname;
  }, [pathname]);
  return (
    <main ref={main} className="main" id="content" tabIndex={-1}>
      <FaultBoundary key={pathname} framed>
        <Outlet />
      </FaultBoundary>
      <ScrollRestoration />
    </main>
  );
}
