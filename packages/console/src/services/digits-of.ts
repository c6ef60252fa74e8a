/** How many digits after the point a number is shown with. */
/** Four significant figures at least: 0.01234, 12.34, 342,118. */
export function digitsOf(value: number): number {
  const size = Math.abs(value);
  return size === 0 ? 0 : Math.min(8, Math.max(0, 3 - Math.floor(Math.log10(size))));
}
