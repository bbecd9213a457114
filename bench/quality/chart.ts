/** A mean of one policy at one setting. */
export interface ChartPoint {
  readonly policy: string;
  readonly costUsd: number;
  readonly reward: number;
}

/** Reward against cost: what can be had, and what policies got. */
export interface ChartPanel {
  readonly title: string;
  readonly hull: (budgetUsd: number) => number;
  readonly oracle: (budgetUsd: number) => number;
  readonly points: ChartPoint[];
}

const WIDTH = 860;
const PLOT = { left: 70, right: 190, height: 300, top: 44, bottom: 56 } as const;
const PANEL_HEIGHT = PLOT.top + PLOT.height + PLOT.bottom;
const COLOURS = ['#d62828', '#457b9d', '#6a994e', '#9d4edd', '#b08968', '#e09f3e', '#335c67', '#7b8794'];
const CURVE_POINTS = 80;

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** The panels below each other, as an SVG; cost on a log scale. */
export function rewardChart(panels: readonly ChartPanel[]): string {
  const drawn = panels.filter(({ points }) => points.length > 0);
  const body = drawn.map(
    (panel, i) => `<g transform="translate(0 ${i * PANEL_HEIGHT})">${drawPanel(panel)}</g>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${drawn.length * PANEL_HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${body.join('\n')}
</svg>
`;
}

function drawPanel({ title, hull, oracle, points }: ChartPanel): string {
  const costs = points.map(({ costUsd }) => Math.log10(costUsd));
  const [left, right] = [Math.min(...costs) - 0.1, Math.max(...costs) + 0.1];
  const grid = Array.from(
    { length: CURVE_POINTS },
    (_, i) => 10 ** (left + ((right - left) * i) / (CURVE_POINTS - 1)),
  );
  const rewards = [...points.map(({ reward }) => reward), ...grid.map(hull), ...grid.map(oracle)];
  const [low, high] = [Math.min(...rewards) - 0.005, Math.max(...rewards) + 0.005];
  const plotWidth = WIDTH - PLOT.left - PLOT.right;
  const x = (costUsd: number): string =>
    (PLOT.left + (plotWidth * (Math.log10(costUsd) - left)) / (right - left)).toFixed(1);
  const y = (reward: number): string =>
    (PLOT.top + PLOT.height * (1 - (reward - low) / (high - low))).toFixed(1);
  const curve = (f: (budgetUsd: number) => number, style: string): string =>
    `<path d="${grid.map((cost, i) => `${i === 0 ? 'M' : 'L'}${x(cost)},${y(f(cost))}`).join('')}" fill="none" ${style}/>`;
  const policies = [...new Set(points.map(({ policy }) => policy))];
  const colour = (policy: string): string => COLOURS[policies.indexOf(policy) % COLOURS.length]!;
  const ticksY = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const reward = low + share * (high - low);
    return `<text x="${PLOT.left - 8}" y="${y(reward)}" text-anchor="end" fill="#555">${reward.toFixed(3)}</text>`;
  });
  const decades = Array.from({ length: 8 }, (_, i) => i - 6).filter((d) => d >= left && d <= right);
  const bottom = PLOT.top + PLOT.height;
  const ticksX = decades.map(
    (d) => `<text x="${x(10 ** d)}" y="${bottom + 18}" text-anchor="middle" fill="#555">1e${d}</text>`,
  );
  const legendX = WIDTH - PLOT.right + 16;
  const legend = [
    ...policies.map((name) => ({ name, mark: `fill="${colour(name)}"` })),
    { name: 'oracle', mark: 'fill="#2a9d8f"' },
    { name: 'hull of fixed models', mark: 'fill="#888"' },
  ].map(
    ({ name, mark }, i) =>
      `<circle cx="${legendX}" cy="${PLOT.top + 10 + 18 * i}" r="4" ${mark}/>` +
      `<text x="${legendX + 10}" y="${PLOT.top + 14 + 18 * i}">${escaped(name)}</text>`,
  );
  return [
    `<text x="${PLOT.left}" y="26" font-size="14" font-weight="bold">${escaped(title)}</text>`,
    `<rect x="${PLOT.left}" y="${PLOT.top}" width="${plotWidth}" height="${PLOT.height}" fill="none" stroke="#ccc"/>`,
    ...ticksY,
    ...ticksX,
    `<text x="${PLOT.left + plotWidth / 2}" y="${bottom + 38}" text-anchor="middle" fill="#555">mean cost, USD per request</text>`,
    curve(oracle, 'stroke="#2a9d8f" stroke-width="1.5"'),
    curve(hull, 'stroke="#888" stroke-dasharray="4 3"'),
    ...points.map(
      ({ policy, costUsd, reward }) =>
        `<circle cx="${x(costUsd)}" cy="${y(reward)}" r="4" fill="${colour(policy)}" fill-opacity="0.85"/>`,
    ),
    ...legend,
  ].join('\n');
}
