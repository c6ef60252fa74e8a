/** Shares one below the other, each with its name and its figure above its bar. */
export interface Bar {
  readonly label: string;
  /** The figure as it is read. */
  readonly text: string;
  /** Of the whole width, 0 to 1. */
  readonly share: number;
}

export function Bars({ bars }: { bars: readonly Bar[] }) {
  return (
    <ul className="bars">
      {bars.map(({ label, text, share }) => (
        <li key={label} className="bar-row">
          <span>{label}</span>
          <span className="number">{text}</span>
          <span className="track">
            <i style={{ left: 0, width: `${share * 100}%` }} />
          </span>
        </li>
      ))}
    </ul>
  );
}
