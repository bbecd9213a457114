import type { Choice } from './baselines.js';
import { fixedModel } from './baselines.js';
import type { ReplayData } from './replay-data.js';

const WIDTH = 960;
const PANEL_HEIGHT = 240;
const MARGIN = { left: 90, right: 230, top: 40, gap: 60, bottom: 50 };
const HEIGHT = MARGIN.top + 2 * PANEL_HEIGHT + MARGIN.gap + MARGIN.bottom;
const COLOURS = ['#7b8794', '#b08968', '#6a994e', '#9d4edd', '#457b9d'];

interface Panel {
  readonly title: string;
  readonly top: number;
  readonly format: (value: number) => string;
  readonly curve: readonly number[];
  readonly levels: readonly { readonly name: string; readonly value: number }[];
  /** Costs differ by a factor of 500: on a linear scale all but one would be one line. */
  readonly logarithmic: boolean;
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** The picture of learning: cumulative mean quality and cost, against each fixed model, as an SVG. */
export function learningCurve(data: ReplayData, choices: readonly Choice[], budgetUsd: number): string {
  const outcomes = choices.map(({ prompt, model }) => prompt.outcomes.get(model)!);
  const prompts = choices.map(({ prompt }) => prompt);
  const fixed = data.models.map((name) => ({ name, ...fixedModel(prompts, name) }));
  const panels: Panel[] = [
    {
      title: 'Cumulative mean quality',
      top: MARGIN.top,
      format: (value) => value.toFixed(2),
      curve: cumulativeMeans(outcomes.map(({ quality }) => quality)),
      levels: fixed.map(({ name, quality: value }) => ({ name, value })),
      logarithmic: false,
    },
    {
      title: 'Cumulative mean cost, USD per request (log scale)',
      top: MARGIN.top + PANEL_HEIGHT + MARGIN.gap,
      format: (value) => value.toExponential(0),
      curve: cumulativeMeans(outcomes.map(({ costUsd }) => costUsd)),
      levels: [
        ...fixed.map(({ name, costUsd: value }) => ({ name, value })),
        { name: 'budget', value: budgetUsd },
      ],
      logarithmic: true,
    },
  ];
  const body = panels.map((panel) => drawPanel(panel)).join('\n');
  const bottom = HEIGHT - 14;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${body}
<text x="${MARGIN.left}" y="${bottom}" fill="#555">${escaped(`${choices.length} requests, ${data.name}; the dashed line is where the server was killed and restarted`)}</text>
</svg>
`;
}

function cumulativeMeans(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value, i) => (sum += value) / (i + 1));
}

function drawPanel({ title, top, format, curve, levels, logarithmic }: Panel): string {
  const scale = logarithmic ? Math.log10 : (value: number): number => value;
  // The first few means are noise and would stretch the axis.
  const settled = curve.slice(Math.floor(curve.length / 50));
  const values = [...settled, ...levels.map(({ value }) => value)].map(scale);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const plotWidth = WIDTH - MARGIN.left - MARGIN.right;
  const y = (value: number): number =>
    top + PANEL_HEIGHT * (1 - Math.min(1, Math.max(0, (scale(value) - low) / (high - low || 1))));
  const x = (i: number): number => MARGIN.left + (plotWidth * i) / (curve.length - 1);
  const right = MARGIN.left + plotWidth;
  const path = curve
    .map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)},${y(value).toFixed(1)}`)
    .join('');
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const value = logarithmic ? 10 ** (low + share * (high - low)) : low + share * (high - low);
    return `<text x="${MARGIN.left - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end" fill="#555">${format(value)}</text>`;
  });
  const named = [...levels, { name: 'Sextant', value: curve.at(-1)! }];
  const labelYs = spread(named.map(({ value }) => y(value)));
  const lines = levels.map(
    ({ value }, i) =>
      `<line x1="${MARGIN.left}" x2="${right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="${COLOURS[i % COLOURS.length]}" stroke-dasharray="2 3"/>`,
  );
  const labels = named.map(({ name }, i) => {
    const own = name === 'Sextant';
    const colour = own ? '#d62828' : COLOURS[i % COLOURS.length];
    return `<text x="${right + 8}" y="${(labelYs[i]! + 4).toFixed(1)}" fill="${colour}"${own ? ' font-weight="bold"' : ''}>${escaped(name)}</text>`;
  });
  const half = x(Math.floor(curve.length / 2)).toFixed(1);
  return [
    `<text x="${MARGIN.left}" y="${top - 12}" font-size="14" font-weight="bold">${title}</text>`,
    `<rect x="${MARGIN.left}" y="${top}" width="${plotWidth}" height="${PANEL_HEIGHT}" fill="none" stroke="#ccc"/>`,
    `<line x1="${half}" x2="${half}" y1="${top}" y2="${top + PANEL_HEIGHT}" stroke="#999" stroke-dasharray="6 4"/>`,
    ...ticks,
    ...lines,
    `<path d="${path}" fill="none" stroke="#d62828" stroke-width="2"/>`,
    ...labels,
  ].join('\n');
}

const LABEL_HEIGHT = 14;

/** Moves labels apart so that none covers another; the order by height stays. */
function spread(ys: readonly number[]): number[] {
  const order = ys.map((_, i) => i).sort((a, b) => ys[a]! - ys[b]!);
  const moved = [...ys];
  for (let k = 1; k < order.length; k++) {
    const above = moved[order[k - 1]!]!;
    moved[order[k]!] = Math.max(moved[order[k]!]!, above + LABEL_HEIGHT);
  }
  return moved;
}
