import type { Position } from '../config/locate-fault.js';
import type { Coverage, UnseenLeaf } from '../core/fixture/coverage.js';
import type { Difference } from '../core/fixture/fixture.js';
import { visible } from '../core/fault.js';
import type { PolicyLocator } from './located-faults.js';

/** What came of one fixture. */
export interface FixtureResult {
  readonly name: string;
  readonly file: string;
  readonly ok: boolean;
  readonly differences: readonly (Difference & Position)[];
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? '' : ` (${Math.floor((100 * part) / whole)} %)`;

/** One line for each fixture that passed, and a small diff for each that did not. */
export function resultLines(results: readonly FixtureResult[]): string[] {
  const failed = results.filter(({ ok }) => !ok);
  return [
    ...results.filter(({ ok }) => ok).map(({ file, name }) => `ok    ${file}  ${name}`),
    ...failed.flatMap(({ file, name, differences }) => [
      '',
      `FAIL  ${file}  ${name}`,
      ...differences.flatMap(({ path, line, column, expected, actual }) => [
        `      ${file}:${line}:${column} ${path}`,
        `        - expected  ${expected}`,
        `        + actual    ${actual}`,
      ]),
    ]),
    '',
    `${results.length - failed.length} of ${results.length} fixtures pass`,
  ].map(visible);
}

/** How much of the rules the fixtures reached, and what they did not. */
export function coverageLines(coverage: Coverage, locator: PolicyLocator): string[] {
  const { rules, rulesFired, leaves, leavesBothWays } = coverage;
  const at = ({ file, path }: Pick<UnseenLeaf, 'file' | 'path'>): string => {
    const { line, column } = locator.position(file, path)!;
    return `${file}:${line}:${column}`;
  };
  return [
    `${rulesFired} of ${rules} rules fired${percent(rulesFired, rules)}, ${leavesBothWays} of ${leaves} conditions were seen true and false${percent(leavesBothWays, leaves)}`,
    ...coverage.neverFired.map((rule) => `  never fired  ${at(rule)}  ${rule.ruleId}`),
    ...coverage.unseen.map((leaf) => `  never ${leaf.never.padEnd(6)} ${at(leaf)}  ${leaf.condition}`),
  ].map(visible);
}
