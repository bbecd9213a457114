import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Makes every sync of a process fail with an error, from outside: as a disk that went bad would. */
export class FailingSyncs {
  /** When the first sync was made to fail, in milliseconds since the Unix epoch. */
  firstMs: number | undefined;
  count = 0;

  private constructor(private readonly strace: ChildProcess) {
    let rest = '';
    strace.stderr!.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.read(line);
    });
  }

  /** Resolves once the process is under injection. */
  static async start(pid: number, error: string): Promise<FailingSyncs> {
    const what = ['-e', 'trace=fsync,fdatasync', '-e', `inject=fsync,fdatasync:error=${error}`];
    const strace = spawn('strace', ['-f', '-ttt', ...what, '-p', String(pid)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const failing = new FailingSyncs(strace);
    await new Promise<void>((resolve, reject) => {
      strace.stderr.on('data', (text: string) => text.includes('attached') && resolve());
      strace.once('exit', (code) => reject(new Error(`strace ended with ${code}`)));
    });
    return failing;
  }

  /** Syncs work again. */
  async end(): Promise<void> {
    if (this.strace.exitCode !== null || this.strace.signalCode !== null) return;
    const exited = once(this.strace, 'exit');
    this.strace.kill('SIGINT');
    await exited;
  }

  private read(line: string): void {
    const found = /(\d{10}\.\d+) .*INJECTED/.exec(line);
    if (found === null) return;
    this.count += 1;
    this.firstMs ??= Number(found[1]) * 1_000;
  }
}

/** Why syncs cannot be made to fail here, or nothing where they can. */
export function whyNoInjection(): string | undefined {
  const tried = spawnSync('strace', ['-e', 'trace=none', 'true'], { encoding: 'utf8' });
  if (tried.error !== undefined) return 'strace is not installed';
  return tried.status === 0 ? undefined : 'this user may not trace processes';
}

/** Why file systems cannot be mounted here, or nothing where they can. */
export function whyNoMounts(...programs: readonly string[]): string | undefined {
  if (process.platform !== 'linux') return 'this is no Linux';
  if (process.getuid!() !== 0) return 'only root may mount file systems';
  const missing = ['mount', 'umount', ...programs].find(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
  return missing === undefined ? undefined : `${missing} is not installed`;
}
