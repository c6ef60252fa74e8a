/** One month of those of interest: by its name, or a step at a time. */
import { useWords } from "../language/language.tsx";
import { monthsBack } from "./months.ts";

interface MonthPickerProps {
  /** YYYY-MM from which on months are of interest. */
  readonly first: string;
  readonly value: string;
  readonly onChange: (month: string) => void;
}

export function MonthPicker({ first, value, onChange }: MonthPickerProps) {
  const { say, month: word } = useWords();
  const months = monthsBack(first);
  const place = months.indexOf(value);
  const [later, earlier] = [months[place - 1], months[place + 1]];
  return (
    <div className="month-picker">
      <Step label={say("month.previous")} sign="‹" month={earlier} onChange={onChange} />
      <select className="input" aria-label={say("invoice.month")} value={value} onChange={(event) => onChange(event.target.value)}>
        {months.map((month) => (
          <option key={month} value={month}>
            {word(month)}
          </option>
        ))}
      </select>
      <Step label={say("month.next")} sign="›" month={later} onChange={onChange} />
    </div>
  );
}

interface StepProps {
  readonly label: string;
  readonly sign: string;
  readonly month: string | undefined;
  readonly onChange: (month: string) => void;
}

function Step({ label, sign, month, onChange }: StepProps) {
  return (
    <button
      type="button"
      className="button step"
      aria-label={label}
      disabled={month === undefined}
      onClick={() => month !== undefined && onChange(month)}
    >
      {sign}
    </button>
  );
}
