// Opens the store in argv[2], reads it through as the background does, and prints everything that it gives as JSON.
// Exits with 3 where the store refuses, with 4 where the reading found damage.
import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';
import { openLevelStore } from '../../dist/store/level/open-level-store.js';

const [REFUSED, FOUND] = [3, 4];

async function contents(store) {
  const outcomes = [];
  for await (const block of store.outcomes.read(0))
    outcomes.push(...block.outcomes.map(({ decisionId, metric, digest }) => [decisionId, metric, digest]));
  const decisions = [];
  for await (const { decisionId, body } of store.decisions.range(0, Infinity))
    decisions.push([decisionId, Buffer.from(body).toString('hex')]);
  const documents = [];
  for (const kind of ['model', 'policy'])
    for (const { name, revision, body } of await store.documents.list(kind))
      documents.push([kind, name, revision, Buffer.from(body).toString('hex')]);
  const text = (bytes) => bytes && Buffer.from(bytes).toString('hex');
  return {
    extent: [store.outcomes.base(), store.outcomes.head(), store.retention.dedupeFloorMs()],
    base: text(await store.outcomes.readBase()),
    snapshot: text(await store.snapshots.load()),
    outcomes,
    decisions,
    documents,
  };
}

try {
  const store = await openLevelStore(process.argv[2], { createIfMissing: false });
  const { faultCount, faults, damagedSnapshots } = await store.scrub();
  if (faultCount > 0) {
    writeSync(2, `${faults.join('\n')}\n`);
    process.exit(FOUND);
  }
  const json = Buffer.from(JSON.stringify({ damagedSnapshots, ...(await contents(store)) }));
  for (let at = 0; at < json.length;) at += writeSync(1, json, at);
} catch (error) {
  if (error.name !== 'StoreError') throw error;
  process.exit(REFUSED);
}
