// node .ci/count.js STEPS REPORT…: prints `N passed, N failed` from vitest's JSON reports, where STEPS is how
// many steps of the run failed. What passed counts in the first report, what failed in each.
import { existsSync, readFileSync } from 'node:fs';

/** A lane that left no report, and a file that could not be loaded, failed as one test does. */
function countsOf(path) {
  if (!existsSync(path)) return { passed: 0, failed: 1 };
  const report = JSON.parse(readFileSync(path, 'utf8'));
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((assertion) => assertion.status !== 'failed'),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length };
}

const [steps, ...reports] = process.argv.slice(2);
const counts = reports.map(countsOf);
const failedTests = counts.reduce((sum, count) => sum + count.failed, 0);
// A step can fail without a test that does: a check, or an error that no test caught.
const failed = Math.max(failedTests, Number(steps));
console.log(`${counts[0]?.passed ?? 0} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
