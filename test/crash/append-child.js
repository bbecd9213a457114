// Appends outcomes to the store in argv[2] from decision argv[3] on, and prints each decision once it is acknowledged.
// With every call it sends an older report again, as a client that lost its answer would.
import { writeSync } from 'node:fs';
import { openLevelStore } from '../../dist/store/level/open-level-store.js';

const [, , dir, first] = process.argv;
const store = await openLevelStore(dir);

for (let next = Number(first); ;) {
  const size = 1 + (next % 7);
  const decisions = Array.from({ length: size }, (_, index) => next + index);
  next += size;
  const repeated = decisions[0] - 1;
  const groups = [...decisions, ...(repeated >= 0 ? [repeated] : [])].map((decision) => [
    outcomeOf(decision),
  ]);
  const verdicts = await store.outcomes.append(groups);
  verdicts.slice(0, size).forEach(([verdict], index) => {
    writeSync(1, `${decisions[index]} ${verdict.kind}\n`);
  });
}

function outcomeOf(decision) {
  return {
    decisionId: `01900000-0000-7000-8000-${decision.toString(16).padStart(12, '0')}`,
    attempt: 0,
    metric: 'execution',
    digest: decision.toString(16).padStart(16, '0'),
    tenant: 'acme',
    useCase: 'support-chat',
    segment: 'all',
    armId: 7,
    eventTimeMs: 1_770_000_000_000,
    receiveTimeMs: 1_770_000_000_040,
    execution: { status: 'success', latencyMs: 812.5 },
    propensityQ16: 40_000,
    expectedQualityQ16: 52_000,
    expectedCostNanoUsd: 4_000_000,
    policyVersion: '0123456789abcdef',
  };
}
