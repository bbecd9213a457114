import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rngFromSeed } from '../../src/core/random.js';
import { ensureBuilt } from '../crash/built-store.js';
import { newFolder } from '../e2e/policy-folder.js';
import { appendAndEnd, expectKept } from './appending.js';
import { whyNoMounts } from './fault-injection.js';
import { TortureRun } from './torture-run.js';

const LIFE_MS_MAX = 250;
const STORES_EVERY = 50;
const MIB = 1 << 20;

/** `_IOR('X', 125, uint32)` with flag 2: the file system ends at once, and writes nothing of what it still holds. */
const SHUTDOWN = `import fcntl, os, struct, sys, time
fd = os.open(sys.argv[1], os.O_RDONLY)
print(time.time() * 1000)
fcntl.ioctl(fd, 0x8004587d, struct.pack('I', 2))`;

const KINDS = [
  { kind: 'ext4', mkfs: ['mkfs.ext4', '-q', '-F'], megabytes: 128 },
  { kind: 'xfs', mkfs: ['mkfs.xfs', '-q', '-f'], megabytes: 320 },
] as const;

beforeAll(() => ensureBuilt());

const mounted = new Set<string>();
afterAll(() => mounted.forEach((disk) => spawnSync('umount', ['-l', disk], { stdio: 'ignore' })));

/** A disk that loses power when it is told to. */
class Disk {
  readonly path: string;
  private readonly image: string;

  constructor([program, ...flags]: readonly [string, ...string[]], megabytes: number) {
    const folder = newFolder();
    this.path = join(folder, 'disk');
    this.image = join(folder, 'image');
    mkdirSync(this.path);
    writeFileSync(this.image, '');
    truncateSync(this.image, megabytes * MIB);
    execFileSync(program, [...flags, this.image]);
    this.mount();
  }

  /** @returns the instant before; a sync that is under way may still say that it went well. */
  cutPower(): number {
    return Number(execFileSync('python3', ['-c', SHUTDOWN, this.path], { encoding: 'utf8' }));
  }

  /** Mounts it again, which replays what the file system had made durable. */
  powerUp(): void {
    this.unmount();
    this.mount();
  }

  unmount(): void {
    execFileSync('umount', [this.path]);
    mounted.delete(this.path);
  }

  private mount(): void {
    execFileSync('mount', ['-o', 'loop', this.image, this.path]);
    mounted.add(this.path);
  }
}

/** Why no loop device of this kind can be had here, or nothing where it can. */
function whyNoDisk(mkfs: readonly [string, ...string[]], megabytes: number): string | undefined {
  const why = whyNoMounts(mkfs[0], 'python3');
  if (why !== undefined) return why;
  try {
    new Disk(mkfs, megabytes).unmount();
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}

for (const { kind, mkfs, megabytes } of KINDS) {
  const cuts = new TortureRun({ name: `power-${kind}`, short: 3, full: 200 });
  const why = whyNoDisk(mkfs, megabytes);
  if (why !== undefined) console.log(`power cuts on ${kind} are not tested: ${why}`);

  test.skipIf(why !== undefined)(
    `a power cut on ${kind} loses nothing that the store acknowledged, ${cuts.rounds}`,
    async () => {
      const rng = rngFromSeed(cuts.seed);
      const disk = new Disk(mkfs, megabytes);
      let told = { acknowledged: 0, document: 0 };
      let path = join(disk.path, 'store');
      for (const cut of cuts.left()) {
        if (cut % STORES_EVERY === 0) {
          path = join(disk.path, `store-${cut}`);
          told = { acknowledged: 0, document: 0 };
        }
        const answers = await appendAndEnd(path, told, {
          afterMs: rng() * LIFE_MS_MAX,
          end: (child) => {
            const cutMs = disk.cutPower();
            child.kill('SIGKILL');
            return cutMs;
          },
        });
        disk.powerUp();
        const unanswered = await expectKept(path, told);
        cuts.add({
          acknowledged: answers,
          durableUnanswered: unanswered,
          cutsUnderLoad: answers > 0 ? 1 : 0,
          lost: 0,
        });
      }
      if (cuts.isComplete) expect(cuts.figure('cutsUnderLoad')).toBeGreaterThan(cuts.target / 2);
      disk.unmount();
    },
    cuts.timeoutMs,
  );
}
