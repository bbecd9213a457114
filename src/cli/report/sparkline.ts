const WIDTH = 220;
const HEIGHT = 44;
const MARGIN = 4;

/** A small line of values over time as SVG, from the least to the largest; gaps where there is no value. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const x = (i: number): number => MARGIN + (i * (WIDTH - 2 * MARGIN)) / Math.max(1, values.length - 1);
  const y = (value: number): number =>
    HEIGHT - MARGIN - (high > low ? (value - low) / (high - low) : 0.5) * (HEIGHT - 2 * MARGIN);
  const points = values.flatMap((value, i) =>
    value === undefined ? [] : [`${x(i).toFixed(1)},${y(value).toFixed(1)}`],
  );
  const [last] = points.slice(-1);
  const dot =
    last === undefined ? '' : `<circle cx="${last.split(',')[0]}" cy="${last.split(',')[1]}" r="2.5"/>`;
  const label = known.length === 0 ? 'no values' : `from ${low.toPrecision(3)} to ${high.toPrecision(3)}`;
  return `<svg width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}"><polyline points="${points.join(' ')}"/>${dot}</svg>`;
}
