import fc from 'fast-check';
import { expect, it } from 'vitest';
import { windowOf } from '../../../src/cli/top/window.js';

const LINES = ['title', 'a', 'b', 'c', 'd', 'e', 'f'];

it('shows everything where there is room', () => {
  expect(windowOf(LINES, { height: 7, offset: 3 })).toEqual({ lines: LINES, offset: 0 });
});

it('keeps the first line, and says at the end what there is more', () => {
  const shown = (offset: number) => windowOf(LINES, { height: 4, offset });
  expect(shown(0).lines).toEqual(['title', 'a', 'b', '↓ 4 · more lines: arrows · q ends']);
  expect(shown(1).lines).toEqual(['title', 'b', 'c', '↑ 1 · ↓ 3 · more lines: arrows · q ends']);
  expect(shown(99)).toEqual({ lines: ['title', 'e', 'f', '↑ 4 · more lines: arrows · q ends'], offset: 4 });
});

it('fits any terminal, and every line can be scrolled to', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -3, max: 20 }), (height, offset) => {
      const { lines, offset: at } = windowOf(LINES, { height, offset });
      expect(lines.length).toBeLessThanOrEqual(height);
      expect(lines[0]).toBe('title');
      if (height < 3) return;
      const seen = new Set(
        [0, 1, 2, 3, 4, 5, 6].flatMap((i) => windowOf(LINES, { height, offset: i }).lines),
      );
      for (const line of LINES) expect(seen).toContain(line);
      expect(windowOf(LINES, { height, offset: at })).toEqual({ lines, offset: at });
    }),
  );
});
