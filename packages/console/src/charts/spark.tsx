/** A histogram as small as a word; the numbers beside it say the same. */
export function Spark({ counts }: { counts: readonly number[] }) {
  const most = Math.max(1, ...counts);
  const shown = counts.slice(0, 24);
  return (
    <svg className="spark" viewBox={`0 0 ${Math.max(1, shown.length) * 4} 28`} preserveAspectRatio="none" aria-hidden="true">
      {shown.map((count, index) => {
        const height = Math.max(1, (count / most) * 28);
        // The place in the histogram is the bar's identity.
        return (
          <rect
            key={`bin ${index.toString()}`}
            x={index * 4}
            y={28 - height}
            width={3}
            height={height}
            fill="var(--accent)"
            opacity={0.75}
          />
        );
      })}
    </svg>
  );
}
