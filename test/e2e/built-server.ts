import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { buildDescriptorSet, PROJECT_ROOT } from '../service/public-descriptors.js';
import { newFolder, policyFolder } from './policy-folder.js';

const SEXTANT = join(PROJECT_ROOT, 'dist/cli/sextant.js');
const DASHBOARD = join(PROJECT_ROOT, 'dist/dashboard/index.html');
const VIEWS = join(PROJECT_ROOT, 'src/admin');
const DESCRIPTORS = join(PROJECT_ROOT, 'build/descriptors.binpb');
const LOCK = join(PROJECT_ROOT, 'build/.building');
const STAMP = join(PROJECT_ROOT, 'build/.built-by-run');
const STALE_LOCK_MS = 120_000;

const modifiedMs = (path: string): number => (existsSync(path) ? statSync(path).mtimeMs : 0);
const newestMs = (folder: string): number =>
  Math.max(...readdirSync(folder, { recursive: true }).map((name) => modifiedMs(join(folder, String(name)))));

let built: Promise<void> | undefined;

/**
 * Compiles `src` and bundles `dashboard` where `dist` is missing or older, once in a run of the test suite: workers share a parent,
 * and a tree that changes under a running suite must not be compiled under a running server.
 */
export function ensureBuilt(): Promise<void> {
  return (built ??= build());
}

async function build(): Promise<void> {
  mkdirSync(join(PROJECT_ROOT, 'build'), { recursive: true });
  await locked(async () => {
    if (newestMs(join(PROJECT_ROOT, 'proto')) > modifiedMs(DESCRIPTORS)) await buildDescriptorSet();
    const run = String(process.ppid);
    const isOfThisRun = existsSync(STAMP) && readFileSync(STAMP, 'utf8') === run && existsSync(SEXTANT);
    if (!isOfThisRun && newestMs(join(PROJECT_ROOT, 'src')) > modifiedMs(SEXTANT)) await compile();
    const page = Math.max(newestMs(join(PROJECT_ROOT, 'dashboard')), newestMs(VIEWS));
    if (!isOfThisRun && page > modifiedMs(DASHBOARD)) await bundleDashboard();
    writeFileSync(STAMP, run);
  });
}

function bundleDashboard(): Promise<void> {
  const vite = join(PROJECT_ROOT, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--logLevel', 'warn', 'dashboard'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: PROJECT_ROOT }, (error, _stdout, stderr) =>
      error === null ? resolve() : reject(new Error(`the dashboard was not built: ${stderr}`)),
    );
  });
}

/** A type error does not keep the compiler from writing what it compiled; a missing program does. */
async function compile(): Promise<void> {
  const tsc = join(PROJECT_ROOT, 'node_modules/typescript/bin/tsc');
  const output = await new Promise<string>((resolve) => {
    const args = [tsc, '-p', 'tsconfig.build.json'];
    execFile(process.execPath, args, { cwd: PROJECT_ROOT }, (_error, stdout) => resolve(stdout));
  });
  if (output !== '') process.stderr.write(`tsc: ${output}`);
  if (!existsSync(SEXTANT)) throw new Error(`the build wrote no ${SEXTANT}: ${output}`);
}

async function locked(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      mkdirSync(LOCK);
      break;
    } catch {
      if (Date.now() - modifiedMs(LOCK) > STALE_LOCK_MS && existsSync(LOCK)) rmdirSync(LOCK);
      else await sleep(100);
    }
  }
  try {
    await work();
  } finally {
    rmdirSync(LOCK);
  }
}

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface ServerOptions {
  /** Policy folder; a copy of the shipped one where absent. */
  readonly rulesPath?: string;
  /** Folder of the store; a new one where absent. */
  readonly storePath?: string;
  /** Configuration file. */
  readonly config?: string;
  /** Of Node, such as `--max-old-space-size=128`. */
  readonly nodeOptions?: string;
  /** By path, such as `shutdown.drainSeconds`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** `sextant serve` as a process of its own. */
export class BuiltServer {
  readonly logs: LogLine[] = [];
  stderr = '';
  private child!: ChildProcess;
  private ports = { grpcPort: 0, adminPort: 0 };

  private constructor(
    readonly storePath: string,
    readonly rulesPath: string,
    private readonly options: ServerOptions,
  ) {}

  static async start(options: ServerOptions): Promise<BuiltServer> {
    const storePath = options.storePath ?? join(newFolder(), 'store');
    const server = new BuiltServer(storePath, options.rulesPath ?? policyFolder(), options);
    await server.launch();
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.ports.grpcPort}`;
  }

  get adminPort(): number {
    return this.ports.adminPort;
  }

  get pid(): number {
    return this.child.pid!;
  }

  logged(msg: string): LogLine[] {
    return this.logs.filter((line) => line.msg === msg);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves with the exit code, or null after a signal that was not handled. */
  async exited(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited();
  }

  stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.exited();
  }

  /** Starts it again on the same store and policy, on other ports; ends it first where it runs. */
  async restart(): Promise<void> {
    await this.stop();
    await this.launch();
  }

  private async launch(): Promise<void> {
    const { child, served } = spawnServe(serveArguments(this), this.options);
    this.child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ports = await served((line) => this.logs.push(line));
  }

  get settings(): Readonly<Record<string, string>> {
    return this.options.settings ?? {};
  }
}

const serveArguments = ({ storePath, rulesPath, settings }: BuiltServer): Record<string, string> => ({
  'server.port': '0',
  'admin.port': '0',
  'store.path': storePath,
  'rules.path': rulesPath,
  'shutdown.notServingSeconds': '0',
  // A machine that runs tests is late by itself.
  'overload.eventLoopDelayMs': '0',
  ...settings,
});

/** No test leaves a server behind, whatever becomes of it. */
const running = new Set<ChildProcess>();
afterAll(async () => {
  await Promise.all([...running].map((child) => (child.kill('SIGKILL'), once(child, 'exit'))));
});

/** The environment without settings that a developer may have. */
const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SEXTANT_')));

function spawnServe(settings: Record<string, string>, { config, nodeOptions }: ServerOptions) {
  const flags = Object.entries(settings).flatMap(([path, value]) => [`--${path}`, value]);
  const args = [SEXTANT, 'serve', ...flags, ...(config === undefined ? [] : ['--config', config])];
  const env = { ...environment(), ...(nodeOptions !== undefined && { NODE_OPTIONS: nodeOptions }) };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  running.add(child);
  child.once('exit', () => running.delete(child));
  type Ports = { grpcPort: number; adminPort: number };
  const served = (note: (line: LogLine) => void): Promise<Ports> =>
    new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the server ended with code ${code} before it served`)));
      createInterface({ input: child.stdout }).on('line', (text) => {
        const line = JSON.parse(text) as LogLine;
        note(line);
        if (line.msg === 'serving')
          resolve({ grpcPort: line['grpcPort'] as number, adminPort: line['adminPort'] as number });
      });
    });
  return { child, served };
}

/** A server that serves, on ports of its own. */
export async function startServer(options: ServerOptions = {}): Promise<BuiltServer> {
  await ensureBuilt();
  return BuiltServer.start(options);
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a `sextant` command to its end. */
export async function runSextant(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  await ensureBuilt();
  return run(process.execPath, [SEXTANT, ...args], env);
}

/** Runs any program to its end. */
export function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...environment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
