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

/** A line of the server's log. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  /** ISO 8601. */
  readonly time: string;
  readonly grpcPort?: number;
  /** How long a piece of work took that the line tells of. */
  readonly tookMs?: number;
  /** Outcomes that retention removed. */
  readonly outcomes?: number;
}

interface ServerExtras {
  /** By path, as flags have them. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly onLine?: (line: LogLine) => void;
}

const LEVEL_ERROR = 50;

/** Starts `sextant serve` as a process of its own on a free port, and waits until it serves. */
export async function startServerProcess(
  storePath: string,
  policyFolder: string,
  program = SEXTANT,
  { settings: more = {}, onLine = () => undefined }: ServerExtras = {},
): Promise<ServerProcess> {
  const settings = {
    'server.port': '0',
    'admin.enabled': 'false',
    'store.path': storePath,
    'rules.path': policyFolder,
    'shutdown.notServingSeconds': '0',
    // Callers that wait for each answer are no overload, however busy the machine is with other things.
    'overload.eventLoopDelayMs': '0',
    ...more,
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
  const port = await servingPort(child, onLine);
  return {
    address: `127.0.0.1:${port}`,
    pid: child.pid!,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

function servingPort(child: ChildProcess, onLine: (line: LogLine) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with code ${code} before it served`)));
    createInterface({ input: child.stdout! }).on('line', (text) => {
      const line = JSON.parse(text) as LogLine;
      onLine(line);
      if (line.level >= LEVEL_ERROR) console.error(text);
      if (line.msg === 'serving') resolve(line.grpcPort!);
    });
  });
}
