import { driftName, shiftText } from '../drift-text.js';
import type { PerformanceReport } from './performance-report.js';
import type { UseCaseReport } from './use-case-report.js';
import { figuresText, HOW_ESTIMATED, MODEL_HEADER, modelRow, savingText, spanText } from './report-text.js';
import { sparkline } from './sparkline.js';

const STYLE = `
:root{color-scheme:light dark;--ink:#1d2530;--quiet:#5d6875;--line:#d8dde3;--mark:#2456c4;--ground:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--quiet:#9aa5b3;--line:#39424e;--mark:#85a9ff;--ground:#161b22}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground);margin:2rem auto;max-width:68rem;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.5rem;border-top:1px solid var(--line);padding-top:1rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}.wide{overflow-x:auto}
th,td{padding:.25rem .75rem .25rem 0;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child{text-align:left}
ul{padding-left:1.2rem}.quiet{color:var(--quiet)}figure{display:inline-block;margin:0 2rem 1rem 0}
svg{display:block}polyline{fill:none;stroke:var(--mark);stroke-width:1.5}circle{fill:var(--mark)}figcaption{color:var(--quiet);font-size:.85rem}
`;

/** The report as one file that asks for no other: everything of the server's is escaped, and nothing can run. */
export function reportHtml(report: PerformanceReport): string {
  const title = `Performance, ${spanText(report)}`;
  const { useCases, experiments, notes } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${[...notes, ...(useCases.length === 0 ? ['Nothing was decided or reported.'] : [])].map(paragraph).join('\n')}
${useCases.map(useCaseHtml).join('\n')}
${experiments.length === 0 ? '' : '<h2>Experiments</h2>'}
${experiments
  .map(
    ({ id, status, units, sentences, advice }) =>
      `<h3>${escaped(id)}</h3>\n${paragraph(`${status}, ${units} units`)}\n${list([...sentences, advice])}`,
  )
  .join('\n')}
<p class="quiet">${escaped(HOW_ESTIMATED)}</p>
</body>
</html>
`;
}

function useCaseHtml({
  useCase,
  performance,
  before,
  models,
  savings,
  drift,
  advice,
  course,
}: UseCaseReport): string {
  const line = (
    name: string,
    read: (point: UseCaseReport['course'][number]['performance']) => number | undefined,
  ): string =>
    `<figure>${sparkline(course.map((point) => read(point.performance)))}<figcaption>${escaped(name)}</figcaption></figure>`;
  return [
    `<h2>${escaped(useCase)}</h2>`,
    list(figuresText(performance, before).split('\n')),
    line('decisions', ({ decisions }) => decisions),
    line('quality', ({ quality }) => quality?.value),
    line('US dollars a call', ({ costUsdPerCall }) => costUsdPerCall?.value),
    `<div class="wide">${htmlTable(MODEL_HEADER, models.map(modelRow))}</div>`,
    list([
      ...savings.map(savingText),
      ...drift.map(
        ({ model, metric, shift, z }) =>
          `drift of the ${driftName(metric)} of ${model}: ${shiftText(metric, shift)} (z ${z.toFixed(1)})`,
      ),
    ]),
    '<h3>Advice</h3>',
    list(advice),
  ].join('\n');
}

const paragraph = (text: string): string => `<p>${escaped(text)}</p>`;
const list = (lines: readonly string[]): string =>
  lines.length === 0 ? '' : `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`;

function htmlTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${row(header, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
