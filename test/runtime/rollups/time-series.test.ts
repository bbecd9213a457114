import { describe, expect, it } from 'vitest';
import type { TenantId, UseCase } from '../../../src/core/ids.js';
import { armKey } from '../../../src/core/prompts/prompt-book.js';
import type { VariantId } from '../../../src/core/prompts/prompt-variant.js';
import type { ArmId, ModelId } from '../../../src/core/registry/model.js';
import { RollupBook } from '../../../src/core/rollup/rollup-book.js';
import { TIER_MS } from '../../../src/core/rollup/tier.js';
import { rowsOf } from '../../../src/runtime/rollups/rows-of.js';
import {
  readTimeSeries,
  type SeriesLabel,
  type TimeSeriesQuery,
} from '../../../src/runtime/rollups/time-series.js';
import { openMemoryStore } from '../../../src/store/memory/memory-store.js';
import type { RollupStore } from '../../../src/store/ports.js';
import { outcomeOf } from '../../store/outcome-arbitrary.js';

const HOUR = TIER_MS.hour;
const ARMS = new Map<string, ArmId>([
  ['acme/large', 7 as ArmId],
  [armKey('acme/large' as ModelId, { id: 'brief' as VariantId, version: 2 }), 8 as ArmId],
  ['acme/small', 9 as ArmId],
]);

/** Three hours: a call of each arm in each, in two use cases, and one of another tenant. */
async function stored(): Promise<RollupStore> {
  const { rollups } = openMemoryStore();
  const book = new RollupBook();
  for (const useCase of ['chat', 'sql'] as UseCase[])
    for (const armId of ARMS.values())
      for (let hour = 0; hour < 3; hour++) {
        const eventTimeMs = (10 + hour) * HOUR;
        book.addOutcome(outcomeOf(1, { useCase, armId, eventTimeMs }));
      }
  book.addOutcome(outcomeOf(1, { tenant: 'globex' as TenantId, eventTimeMs: 10 * HOUR }));
  await rollups.commit(await rowsOf(book, rollups), 0);
  return rollups;
}

async function read(changes: Partial<TimeSeriesQuery> & { by?: readonly SeriesLabel[] } = {}) {
  const { by = [], ...query } = changes;
  const span = { tenant: 'acme' as TenantId, tier: 'hour', fromMs: 0, toMs: 24 * HOUR } as const;
  const series = await readTimeSeries(await stored(), ARMS, { ...span, groupBy: new Set(by), ...query });
  return series.map(({ points, ...labels }) => [
    labels,
    points.map(({ startMs, rollup }) => [startMs / HOUR, rollup.get('calls')]),
  ]);
}

describe('series', () => {
  it('sum up everything of one tenant where nothing is told apart', async () => {
    expect(await read()).toEqual([[{}, [[0, 18]]]]);
    expect(await read({ tier: 'day' })).toEqual([[{}, [[0, 18]]]]);
    expect(await read({ tier: 'minute' })).toEqual([[{}, [[0, 18]]]]);
  });

  it('have a point for each period in which something happened', async () => {
    expect(await read({ periodMs: HOUR })).toEqual([
      [
        {},
        [
          [10, 6],
          [11, 6],
          [12, 6],
        ],
      ],
    ]);
    expect(await read({ periodMs: 2 * HOUR, fromMs: 11 * HOUR })).toEqual([
      [
        {},
        [
          [11, 6],
          [12, 6],
        ],
      ],
    ]);
  });

  it('are told apart by use case, model and variant; a model holds its variants', async () => {
    expect(await read({ by: ['use_case'] })).toEqual([
      [{ useCase: 'chat' }, [[0, 9]]],
      [{ useCase: 'sql' }, [[0, 9]]],
    ]);
    expect(await read({ by: ['model'], useCase: 'chat' })).toEqual([
      [{ model: 'acme/large' }, [[0, 6]]],
      [{ model: 'acme/small' }, [[0, 3]]],
    ]);
    expect(await read({ by: ['model', 'variant'], model: 'acme/large' })).toEqual([
      [{ model: 'acme/large' }, [[0, 6]]],
      [{ model: 'acme/large', variant: { id: 'brief', version: 2 } }, [[0, 6]]],
    ]);
  });
});
