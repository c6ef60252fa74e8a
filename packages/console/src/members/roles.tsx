/** The four roles to choose from, each with what it may do. */
import type { Role } from "@megalith/contract";
import { useId } from "react";
import { useWords } from "../language/language.tsx";

const roles: readonly Role[] = ["viewer", "analyst", "engineer", "owner"];

export function RoleChoice({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const { say } = useWords();
  const name = useId();
  return (
    <fieldset className="plain checks">
      <legend>{say("members.role")}</legend>
      {roles.map((role) => (
        <label key={role} className="check top">
          <input type="radio" name={name} value={role} checked={role === value} onChange={() => onChange(role)} />
          <span>
            {say(`role.${role}`)} <small className="quiet">{say(`role.${role}.text`)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
