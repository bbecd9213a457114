import { Command } from 'commander';
import { pino, type Logger } from 'pino';
import type { Config } from '../config/config.js';
import { SettingError } from '../config/setting-error.js';
import { startSextant, type RunningServer } from '../main.js';
import { FaultyPolicyError } from '../runtime/faulty-policy-error.js';
import { StoreError } from '../store/store-error.js';
import { describeFault } from '../core/fault.js';
import { readConfig, refuse, withConfigOptions, type ConfigFlags } from './config-options.js';
import { prettyStream } from './pretty-log.js';
import { traceFields } from './trace-fields.js';

/** `sextant serve`: runs the server until SIGTERM, SIGINT or SIGHUP. */
export function serveCommand(): Command {
  const command = new Command('serve').description('Run the server. Owns the store while it runs.');
  return withConfigOptions(command).action(async (flags: ConfigFlags) => {
    const config = readConfig(flags);
    if (!config.ok) refuse(config.faults);
    await serve(config.value);
  });
}

async function serve(config: Config): Promise<void> {
  const logger = createLogger(config);
  // A bug leaves the process in an unknown state: it ends, and its supervisor starts a whole one.
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught exception');
    process.exit(70);
  });
  let starting = startSextant(config, logger);
  // From the first moment on: a signal that comes while the store is read ends the server once it is whole.
  const stop = (): void => {
    starting
      .then((server) => server.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          logger.fatal({ err: error }, 'shutdown failed');
          process.exit(1);
        },
      );
  };
  // Files are read again as they change, so that a hangup is what it says: the terminal is gone.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, stop);
  try {
    for (;;) {
      const server = await starting;
      const reason = await server.reasonToEnd;
      if (reason === 'store failed') return endForSupervisor(server, logger);
      logger.warn({ reason }, 'starting anew');
      starting = server.stop().then(() => startSextant(config, logger));
    }
  } catch (error) {
    logger.fatal(startFailure(error, config), 'cannot start');
    process.exit(1);
  }
}

/** As for an error of input or output in sysexits.h. */
const EXIT_STORE_FAILED = 74;
/** Calls in flight get this long, so that the process is gone within five seconds. */
const LAST_CALLS_MS = 3_000;

function endForSupervisor(server: RunningServer, logger: Logger): void {
  logger.fatal({ exitCode: EXIT_STORE_FAILED }, 'the store failed: ending, as store.exitOnStoreError says');
  const end = (): never => process.exit(EXIT_STORE_FAILED);
  setTimeout(end, LAST_CALLS_MS);
  server.stop().then(end, end);
}

function startFailure(error: unknown, { rules }: Config): object {
  if (error instanceof FaultyPolicyError)
    return { reason: error.message, faults: error.faults.map(describeFault) };
  if (error instanceof StoreError || error instanceof SettingError)
    return { code: error.code, reason: error.message };
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && message.includes(rules.path)) {
    return { code: 'POLICY_MISSING', reason: `there is no policy folder at ${rules.path}; see rules.path` };
  }
  return { err: error };
}

function createLogger({ log }: Config): Logger {
  const options = {
    level: log.level,
    base: { service: 'sextant' },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: traceFields,
  };
  // In order, whatever ends the process: the last lines matter most.
  return pino(options, log.pretty ? prettyStream() : pino.destination({ fd: 1, sync: true }));
}
