/** A few numbers that matter, side by side. */
export interface Figure {
  readonly label: string;
  readonly value: string;
  /** What it is to be compared with, a line each. */
  readonly notes?: readonly string[];
}

export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className="figures">
      {figures.map(({ label, value, notes = [] }) => (
        <div key={label} className="figure">
          <dt>{label}</dt>
          <dd className="figure-value">{value}</dd>
          {notes.map((note) => (
            <dd key={note} className="figure-note">
              {note}
            </dd>
          ))}
        </div>
      ))}
    </dl>
  );
}
