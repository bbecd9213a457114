// Opens the store in argv[2], and prints its outcomes as JSON; exits with 3 where the store refuses.
import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';
import { openLevelStore } from '../../dist/store/level/open-level-store.js';

try {
  const store = await openLevelStore(process.argv[2], { createIfMissing: false });
  const outcomes = [];
  for await (const block of store.outcomes.read(0)) outcomes.push(...block.outcomes);
  const json = Buffer.from(JSON.stringify(outcomes.map(({ decisionId }) => decisionId)));
  for (let at = 0; at < json.length;) at += writeSync(1, json, at);
} catch (error) {
  if (error.name !== 'StoreError') throw error;
  process.exitCode = 3;
}
