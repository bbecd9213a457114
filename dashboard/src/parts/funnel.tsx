import type { Explanation } from '../contract.js';
import { saveTable, type Column } from './table.js';

/** In the order in which models are removed. */
const STAGES = [
  { title: 'status', filters: ['FILTER_STATUS'] },
  { title: 'requirements', filters: ['FILTER_REQUIREMENT', 'FILTER_CONTEXT_WINDOW'] },
  { title: 'prices', filters: ['FILTER_UNPRICED'] },
  { title: 'rules', filters: ['FILTER_RULE'] },
  { title: 'breakers', filters: ['FILTER_AVAILABILITY'] },
  { title: 'budget', filters: ['FILTER_BUDGET'] },
];

interface Stage {
  readonly title: string;
  readonly removed: number;
  readonly left: number;
}

export function stagesOf({ considered, removals }: Pick<Explanation, 'considered' | 'removals'>): Stage[] {
  let left = considered;
  return STAGES.map(({ title, filters }) => {
    const removed = removals.filter(({ filter }) => filters.includes(filter)).length;
    left -= removed;
    return { title, removed, left };
  });
}

const COLUMNS: readonly Column<Stage>[] = [
  { title: 'after', value: ({ title }) => title },
  { title: 'left', value: ({ left }) => left },
  { title: 'removed', value: ({ removed }) => removed },
];

/** How many models each filter leaves. */
export function Funnel({ of }: { of: Explanation }) {
  const stages = [{ title: 'considered', removed: 0, left: of.considered }, ...stagesOf(of)];
  const save = (): void => saveTable({ fileName: 'sextant-funnel', columns: COLUMNS, rows: stages });
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>From all models to candidates</h2>
        <button type="button" class="quiet" onClick={save}>
          CSV<span class="unseen"> of the funnel</span>
        </button>
      </div>
      <table class="funnel">
        <caption class="unseen">How many models each filter leaves</caption>
        <thead class="unseen">
          <tr>
            <th scope="col">After</th>
            <th scope="col">Left</th>
            <th scope="col">Removed</th>
          </tr>
        </thead>
        <tbody>
          {stages.map(({ title, removed, left }) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td>
                <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                  <rect class="track" width="100" height="10" />
                  <rect class="fill" width={(100 * left) / Math.max(1, of.considered)} height="10" />
                </svg>
                <b>{left}</b>
              </td>
              <td class="number">{removed === 0 ? '' : `−${removed}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
