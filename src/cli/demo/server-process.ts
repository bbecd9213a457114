import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SEXTANT = fileURLToPath(new URL('../sextant.js', import.meta.url));

export interface ServerProcess {
  readonly address: string;
  readonly pid: number;
  /** SIGKILL: nothing is flushed, nothing is said. */
  kill(): Promise<void>;
  /** SIGTERM: drains and ends by itself. */
  stop(): Promise<void>;
}

interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly grpcPort?: number;
}

const LEVEL_ERROR = 50;

/** Starts `sextant serve` as a process of its own on a free port, and waits until it serves. */
export async function startServerProcess(
  storePath: string,
  policyFolder: string,
  program = SEXTANT,
): Promise<ServerProcess> {
  const settings = {
    'server.port': '0',
    'admin.enabled': 'false',
    'store.path': storePath,
    'rules.path': policyFolder,
    'shutdown.notServingSeconds': '0',
  };
  const flags = Object.entries(settings).flatMap(([path, value]) => [`--${path}`, value]);
  const child = spawn(process.execPath, [program, 'serve', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  const port = await servingPort(child);
  return {
    address: `127.0.0.1:${port}`,
    pid: child.pid!,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

function servingPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with code ${code} before it served`)));
    createInterface({ input: child.stdout! }).on('line', (text) => {
      const line = JSON.parse(text) as LogLine;
      if (line.level >= LEVEL_ERROR) console.error(text);
      if (line.msg === 'serving') resolve(line.grpcPort!);
    });
  });
}
