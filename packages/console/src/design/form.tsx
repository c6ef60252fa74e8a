/**
 * A form that says at each field what is wrong with it, moves to the first such field, and is sent once however often it is pressed.
 *
 * The fields know their rules (required, min, pattern); what the server finds wrong besides is put to the field that the path names.
 */
import type { MessageKey } from "@megalith/contract";
import { createContext, type FormEvent, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import { ApiError } from "../api/call-route.ts";
import { useWords, type Words } from "../language/language.tsx";
import { FieldFaults } from "./field.tsx";
import { ErrorNotice } from "./parts.tsx";
import { useUnsaved } from "./unsaved.tsx";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
type Faults = ReadonlyMap<string, string>;

const Busy = createContext(false);
const none: Faults = new Map();
const noCodes: Readonly<Record<string, string>> = {};

interface FormProps {
  readonly className?: string;
  /** Sends it; what it throws is shown. */
  readonly onSend: () => Promise<unknown>;
  /** Whether something would be lost by leaving. */
  readonly unsaved?: boolean;
  /** Errors that speak of one field, by code: the field's name. */
  readonly codes?: Readonly<Record<string, string>>;
  /** What an error looks like, where more is known of it than its words. */
  readonly explain?: (error: unknown) => ReactNode;
  readonly children: ReactNode;
  /** The buttons at the end, below what went wrong. */
  readonly actions?: ReactNode;
}

export function Form({ className = "stack", onSend, unsaved = false, codes = noCodes, explain, children, actions }: FormProps) {
  const words = useWords();
  const form = useRef<HTMLFormElement>(null);
  const underWay = useRef(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [faults, setFaults] = useState(none);
  // The first that is wrong takes the focus, once a try.
  const moved = useRef(none);
  useUnsaved(unsaved && !busy);
  useEffect(() => {
    if (faults.size > 0 && moved.current === none) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
    moved.current = faults;
  }, [faults]);

  const refuse = (found: Faults) => {
    moved.current = none;
    setFaults(found);
  };
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (underWay.current) return;
    setError(null);
    const controls = controlsOf(event.currentTarget);
    const wrong = faultsOf(controls, words);
    refuse(wrong);
    if (wrong.size > 0) return;
    underWay.current = true;
    setBusy(true);
    try {
      await onSend();
    } catch (fault) {
      setError(fault);
      refuse(faultsTold(fault, controls, codes, words));
    } finally {
      underWay.current = false;
      setBusy(false);
    }
  };
  const forget = ({ target }: FormEvent<HTMLFormElement>) => {
    const { name } = target as unknown as Control;
    if (faults.has(name)) setFaults(new Map([...faults].filter(([of]) => of !== name)));
  };
  return (
    <form ref={form} className={className} noValidate aria-busy={busy} onSubmit={(event) => void send(event)} onInput={forget}>
      <Busy value={busy}>
        <FieldFaults value={faults}>{children}</FieldFaults>
        {error === null || isToldAtFields(error, faults) ? null : (explain?.(error) ?? <ErrorNotice error={error} />)}
        {actions === undefined ? null : <div className="row">{actions}</div>}
      </Busy>
    </form>
  );
}

/** Keeps the focus while the form is under way: a disabled button would lose it. */
export function SubmitButton({ children, className = "button primary" }: { children: ReactNode; className?: string }) {
  const busy = useContext(Busy);
  return (
    <button type="submit" className={busy ? `${className} busy` : className} aria-disabled={busy}>
      {children}
    </button>
  );
}

function controlsOf(form: HTMLFormElement): Control[] {
  return [...form.elements].filter((element): element is Control => "validity" in element && "name" in element && element.name !== "");
}

function faultsOf(controls: readonly Control[], words: Words): Faults {
  return new Map(
    controls.filter(({ willValidate, validity }) => willValidate && !validity.valid).map((one) => [one.name, wordFault(one, words)]),
  );
}

function wordFault(control: Control, { say }: Words): string {
  const { validity, title } = control;
  const { min, max, minLength } = control as HTMLInputElement;
  if (validity.customError) return control.validationMessage;
  if (validity.valueMissing) return say("form.missing");
  if (validity.badInput) return say("form.number");
  if (validity.rangeUnderflow || validity.rangeOverflow) {
    const key: MessageKey = max === "" ? "form.atLeast" : min === "" ? "form.atMost" : "form.range";
    return say(key, { min, max });
  }
  if (validity.tooShort) return say("form.tooShort", { count: minLength });
  if (validity.stepMismatch) return say("form.wholeNumber");
  if (validity.typeMismatch) return say("form.emailNeeded");
  return title === "" ? say("form.pattern") : title;
}

/** The server's problems by the field whose path they name. */
function faultsTold(error: unknown, controls: readonly Control[], codes: Readonly<Record<string, string>>, words: Words): Faults {
  if (!(error instanceof ApiError)) return none;
  const names = new Set(controls.map(({ name }) => name));
  const one = codes[error.code];
  if (one !== undefined && names.has(one)) return new Map([[one, words.sayError(error)]]);
  const found = new Map<string, string>();
  for (const { path, message, expected } of error.problems) {
    const name = path.slice(1);
    if (!names.has(name)) continue;
    const right = expected === undefined ? "" : words.say("form.expected", { what: expected });
    // A message that only repeats the path says nothing more at the field itself.
    found.set(name, right !== "" && message.startsWith(path) ? right : `${message} ${right}`.trim());
  }
  return found;
}

/** What stands at its fields is not said a second time below them. */
function isToldAtFields(error: unknown, faults: Faults): boolean {
  return faults.size > 0 && error instanceof ApiError && error.problems.every(({ path }) => faults.has(path.slice(1)));
}
