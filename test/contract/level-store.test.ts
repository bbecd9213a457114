import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import type { Store } from '../../src/store/ports.js';
import { storeContract } from './store-contract.js';

let dir: string;
let last: Store;

storeContract('level', {
  open: async () => {
    dir = await mkdtemp(join(tmpdir(), 'sextant-store-'));
    return (last = await openLevelStore(dir));
  },
  reopen: async (store) => {
    await store.close();
    return (last = await openLevelStore(dir));
  },
  dispose: async () => {
    await last.close();
    await rm(dir, { recursive: true });
  },
});
