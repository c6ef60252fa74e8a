/** The frame of every page for the signed-in: navigation at the side, on a small screen behind a menu button. */
import { useEffect, useRef, useState } from "react";
import { NavLink, Outlet, useLocation } from "react-router";
import { FaultBoundary } from "../design/fault-boundary.tsx";
import { Icon } from "../design/icons.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn, useSignOut } from "../session/session.tsx";
import { Brand, Preferences } from "./preferences.tsx";

export function Shell() {
  const { say } = useWords();
  const session = useSignedIn();
  const signOut = useSignOut();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    // Whoever listens or goes by keyboard is at the new page, not at a link of the one that is gone.
    if (shown.current !== pathname) main.current?.focus();
    shown.current = pathname;
  }, [pathname]);
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
          <nav className="nav" aria-label={say("nav.label")}>
            <NavLink to="/" end onClick={close}>
              <Icon name="services" />
              {say("nav.services")}
            </NavLink>
            {mayAs(session, "engineer") ? (
              <NavLink to="/new" onClick={close}>
                <Icon name="new" />
                {say("nav.new")}
              </NavLink>
            ) : null}
            {session.kind === "provider" ? (
              <>
                <NavLink to="/customers" onClick={close}>
                  <Icon name="customers" />
                  {say("nav.customers")}
                </NavLink>
                <NavLink to="/members" onClick={close}>
                  <Icon name="members" />
                  {say("nav.members")}
                </NavLink>
                <NavLink to="/organisation" onClick={close}>
                  <Icon name="organisation" />
                  {say("nav.organisation")}
                </NavLink>
              </>
            ) : (
              <NavLink to="/account" onClick={close}>
                <Icon name="account" />
                {say("nav.account")}
              </NavLink>
            )}
          </nav>
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
        </div>
      </header>
      <main ref={main} className="main" id="content" tabIndex={-1}>
        <FaultBoundary key={pathname} framed>
          <Outlet />
        </FaultBoundary>
      </main>
    </div>
  );
}
