import { describe, expect, it } from 'vitest';
import type { LoggedDecision } from '../../src/store/ports.js';
import { decisionIdOf } from '../store/outcome-arbitrary.js';
import { collect } from './collect.js';
import type { StoreUnderTest } from './store-contract.js';

function decisionAt(issueTimeMs: number, number: number): LoggedDecision {
  return { decisionId: decisionIdOf(number), issueTimeMs, body: Uint8Array.of(number) };
}

/** The decisions under test. */
export function decisionLogContract(store: StoreUnderTest): void {
  const decisions = () => store.current().decisions;
  const numbersIn = async (fromMs: number, toMs: number) =>
    (await collect(decisions().range(fromMs, toMs))).map(({ body }) => body[0]);

  describe('the decision log', () => {
    it('reads a range of time, by time then id', async () => {
      await decisions().append([]);
      await decisions().append([decisionAt(300, 1), decisionAt(100, 3), decisionAt(100, 2)]);
      await decisions().append([decisionAt(255, 4), decisionAt(256, 5)]);
      await store.reopen();
      expect(await numbersIn(0, 1000)).toEqual([2, 3, 4, 5, 1]);
      expect(await numbersIn(100, 256)).toEqual([2, 3, 4]);
      expect(await numbersIn(101, 255)).toEqual([]);
      expect(await numbersIn(300, 301)).toEqual([1]);
      expect(await numbersIn(-Infinity, Infinity)).toEqual([2, 3, 4, 5, 1]);
      expect(await numbersIn(500, 100)).toEqual([]);
    });

    it('reads a range the other way round', async () => {
      await decisions().append([decisionAt(300, 1), decisionAt(100, 3), decisionAt(100, 2)]);
      await decisions().append([decisionAt(255, 4)]);
      const backwards = async (fromMs: number, toMs: number) =>
        (await collect(decisions().range(fromMs, toMs, 'descending'))).map(({ body }) => body[0]);
      expect(await backwards(0, 1000)).toEqual([1, 4, 3, 2]);
      expect(await backwards(100, 300)).toEqual([4, 3, 2]);
      expect(await backwards(400, 500)).toEqual([]);
    });

    it('gives back time and id', async () => {
      await decisions().append([decisionAt(1_770_000_000_123, 7)]);
      const [read] = await collect(decisions().range(0, Number.MAX_SAFE_INTEGER));
      expect(read).toMatchObject({ decisionId: decisionIdOf(7), issueTimeMs: 1_770_000_000_123 });
    });

    it('keeps a decision once, however often it is appended', async () => {
      await decisions().append([decisionAt(5, 1), decisionAt(5, 1)]);
      await decisions().append([decisionAt(5, 1)]);
      expect(await numbersIn(0, 10)).toEqual([1]);
    });

    it('can be left in the middle of a range', async () => {
      await decisions().append(Array.from({ length: 100 }, (_, n) => decisionAt(n, n)));
      for await (const decision of decisions().range(0, 100)) if (decision.issueTimeMs === 10) break;
      expect(await numbersIn(98, 200)).toEqual([98, 99]);
    });
  });
}
