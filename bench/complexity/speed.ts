import { analyze } from '../../src/core/complexity/analyze.js';
import { measure, type BenchCase } from '../core/measure.js';
import { shippedPolicy } from '../core/shipped-policy.js';
import type { SectionContext } from './section.js';

interface Sized {
  readonly name: string;
  readonly characters: number;
  readonly targetUs?: number;
  readonly pattern: string;
}

const PROSE = `Explain why the pressure of a gas rises when 3.5 mol of it are heated from 20 to 80 degrees, and
compare this with the previous example. Write the answer as JSON with at most three fields:
{"cause": "...", "formula": "p = nRT / V"}. Then check the units. `;
const KIB = 1024;

const SIZES: readonly Sized[] = [
  { name: 'prose', characters: KIB, targetUs: 30, pattern: PROSE },
  { name: 'prose', characters: 100 * KIB, targetUs: 2_000, pattern: PROSE },
  {
    name: 'chinese',
    characters: KIB,
    targetUs: 30,
    pattern: '请解释为什么气体在加热时压力会上升，并举例说明。',
  },
  { name: 'chinese', characters: 100 * KIB, pattern: '请解释为什么气体在加热时压力会上升，并举例说明。' },
  { name: 'code', characters: KIB, targetUs: 30, pattern: 'for (let i = 0; i < n; i++) { sum += a[i]; }\n' },
  { name: 'code', characters: 100 * KIB, pattern: 'for (let i = 0; i < n; i++) { sum += a[i]; }\n' },
  { name: 'one letter', characters: 100 * KIB, pattern: 'a' },
  { name: 'backquotes', characters: 100 * KIB, pattern: '`' },
  { name: 'spaces', characters: 100 * KIB, pattern: ' ' },
  { name: 'digits and points', characters: 100 * KIB, pattern: '1.' },
];

/** A text as a request brings it: decoded from bytes, in one piece. */
const decoded = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

/** How long the analyzer takes on texts of two sizes, and on texts made to be slow. */
export async function speedSection({ report }: SectionContext): Promise<void> {
  const { complexity } = await shippedPolicy();
  const cases = SIZES.map(({ name, characters, targetUs, pattern }): BenchCase => {
    const text = decoded(pattern.repeat(Math.ceil(characters / pattern.length)).slice(0, characters));
    const input = { messages: [{ role: 'user' as const, text }] };
    return {
      key: `${name.replaceAll(' ', '_')}_${characters / KIB}k`,
      title: `${name}, ${characters / KIB} KiB`,
      ...(targetUs !== undefined && { targetUs }),
      run: () => analyze(input, complexity).composite,
    };
  });
  const timings = measure(cases);
  report.heading('Speed of the analyzer');
  const rows = cases.map(({ key, title, targetUs }) => {
    const { medianUs, p90Us } = timings.get(key)!;
    report.figure(`speed.${key}.median_us`, medianUs);
    const asked = targetUs === undefined ? '' : String(targetUs);
    const met = targetUs === undefined ? '' : report.check(`speed.${key}`, medianUs <= targetUs);
    return [title, medianUs.toFixed(1), p90Us.toFixed(1), asked, met];
  });
  report.table(['text', 'median µs', 'p90 µs', 'asked µs', 'met'], rows);
}
