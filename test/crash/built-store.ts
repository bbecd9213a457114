import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Child processes run the compiled store; compiles it where that was not done yet. */
export function ensureBuilt(): void {
  if (existsSync(join(ROOT, 'dist/store/level/open-level-store.js'))) return;
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' });
}
