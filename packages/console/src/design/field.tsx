/** One control with its label, a hint, and what is wrong with it: read with the control, and shown below it. */
import { cloneElement, createContext, type ReactElement, useContext, useEffect, useId } from "react";

/** What is wrong, by the name of the field; given by the form around it. */
export const FieldFaults = createContext<ReadonlyMap<string, string>>(new Map());

interface ControlProps {
  readonly id?: string;
  readonly name?: string;
  readonly "aria-describedby"?: string | undefined;
  readonly "aria-invalid"?: boolean | undefined;
}

interface FieldProps {
  readonly label: string;
  /** Under which the form around it says what is wrong: the path of the request's body, as in "explanation/count". */
  readonly name?: string;
  readonly hint?: string | undefined;
  /** What the control itself cannot know to be wrong; the form is not sent while there is any. */
  readonly fault?: string | undefined;
  /** The whole width of its row, for long values. */
  readonly wide?: boolean;
  /** The chosen value in full, seen where the control is too narrow for it. */
  readonly aside?: string | undefined;
  readonly children: ReactElement<ControlProps>;
}

/** The one control within gets the id that its label names. */
export function Field({ label, name, hint, fault, wide = false, aside, children }: FieldProps) {
  const id = useId();
  const told = useContext(FieldFaults).get(name ?? "");
  useEffect(() => {
    const control = document.getElementById(id);
    if (control !== null && "setCustomValidity" in control) (control as HTMLInputElement).setCustomValidity(fault ?? "");
  }, [id, fault]);
  const described = [...(hint === undefined ? [] : [`${id}hint`]), ...(told === undefined ? [] : [`${id}fault`])].join(" ");
  return (
    <div className={wide ? "field wide" : "field"}>
      <label htmlFor={id}>{label}</label>
      {cloneElement(children, {
        id,
        ...(name === undefined ? {} : { name }),
        ...(described === "" ? {} : { "aria-describedby": described }),
        ...(told === undefined ? {} : { "aria-invalid": true }),
      })}
      {hint === undefined && told === undefined && aside === undefined ? null : (
        <div className="field-foot">
          {aside === undefined ? null : (
            <p className="aside" aria-hidden="true">
              {aside}
            </p>
          )}
          {told === undefined ? null : (
            <p className="fault" id={`${id}fault`}>
              {told}
            </p>
          )}
          {hint === undefined ? null : <p id={`${id}hint`}>{hint}</p>}
        </div>
      )}
    </div>
  );
}
