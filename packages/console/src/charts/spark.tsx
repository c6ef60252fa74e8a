/** A histogram as small as a word; the numbers beside it say the same. Nothing stands on its line where nothing was. */
export function Spark({ counts, className = "spark" }: { counts: readonly number[]; className?: string }) {
  const most = Math.max(1, ...counts);
  const shown = counts.slice(0, barsShown);
  const width = Math.max(1, shown.length) * 4 - 1;
  return (
    <svg className={className} viewBox={`0 0 ${width} 28`} preserveAspectRatio="none" aria-hidden="true">
      <rect x={0} y={27.5} width={width} height={0.5} fill="var(--line-strong)" />
      {shown.map((count, index) => {
        const height = count === 0 ? 0 : Math.max(1.5, (count / most) * 28);
        // The place in the histogram is the bar's identity.
        return <rect key={`bin ${index.toString()}`} x={index * 4} y={28 - height} width={3} height={height} fill="var(--accent)" />;
      })}
    </svg>
  );
}

const barsShown = 24;
