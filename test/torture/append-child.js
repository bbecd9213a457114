// Appends outcomes to the store in argv[2] from decision argv[3] on, each at the position of its number, and prints each
// once it is acknowledged. With every call it sends an older report again, as a client that lost its answer would. Now
// and then it changes a document, saves a snapshot, logs decisions and lets a prefix of the log go.
import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { openLevelStore } from '../../dist/store/level/open-level-store.js';

const KEPT = 300;

const [, , dir, first] = process.argv;
const store = await openLevelStore(dir);
const starts = [];

for (let next = Number(first), call = 0; ; call++) {
  const size = 1 + (next % 7);
  const decisions = Array.from({ length: size }, (_, index) => next + index);
  const repeated = next - 1;
  const head = store.outcomes.head();
  next += size;
  const groups = [...decisions, ...(repeated >= 0 ? [repeated] : [])].map((decision) => [
    outcomeOf(decision),
  ]);
  const verdicts = await store.outcomes.append(groups);
  const now = nowMs();
  verdicts.slice(0, size).forEach(([verdict], index) => {
    writeSync(1, `${decisions[index]} ${verdict.kind} ${now}\n`);
  });
  if (store.outcomes.head() > head) starts.push(head);
  if (call % 5 === 0) await changeDocument(next);
  if (call % 17 === 0) await store.snapshots.save(Buffer.from(`snapshot ${next}`.repeat(1000)));
  if (call % 3 === 0) await store.decisions.append([decisionOf(next)]);
  if (call % 41 === 40) await letGo();
}

/** Of the wall clock, with parts of a millisecond. */
function nowMs() {
  return performance.timeOrigin + performance.now();
}

async function changeDocument(value) {
  const before = await store.documents.get('torture', 'counter');
  await store.documents.put('torture', 'counter', Buffer.from(String(value)), before?.revision ?? 0);
  writeSync(1, `${value} document ${nowMs()}\n`);
}

async function letGo() {
  const to = starts.findLast(
    (start) => start < store.outcomes.head() - KEPT && start > store.outcomes.base(),
  );
  if (to !== undefined) await store.retention.replacePrefix(to, Buffer.from(String(to)));
}

function decisionOf(number) {
  return { decisionId: idOf(number), issueTimeMs: number, body: Buffer.from(`decision ${number}`) };
}

function idOf(number) {
  return `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

function outcomeOf(decision) {
  return {
    decisionId: idOf(decision),
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
