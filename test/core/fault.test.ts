import { expect, it } from 'vitest';
import { describeFault } from '../../src/core/fault.js';

it('a fault is one line, whatever is quoted in it', () => {
  const said = describeFault({
    file: 'rules/a.json',
    path: "conditions['x\n\u202e\u009bgreen']",
    reason: 'unknown fact "\u2066ü\u200b\ud800"',
    suggestion: 'did you mean é?',
  });
  expect(said).toBe(
    'rules/a.json conditions[\'x\\u{a}\\u{202e}\\u{9b}green\']: unknown fact "\\u{2066}ü\\u{200b}\\u{d800}" (did you mean é?)',
  );
});
