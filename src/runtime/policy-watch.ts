import { watch, type FSWatcher } from 'chokidar';
import type { Logger } from 'pino';

/** An editor saves in several steps; a folder is read when it has been quiet for this long. */
const QUIET_MS = 200;
/** A watcher can miss what a network or container file system does; the folder is read this often anyway. */
const POLL_MS = 2_000;

/** Asks for a folder to be read again when something in it may have changed. */
export class PolicyWatch {
  private readonly watcher: FSWatcher;
  private readonly poll: NodeJS.Timeout;
  private quiet: NodeJS.Timeout | undefined;

  constructor(folder: string, reload: () => void, logger: Logger) {
    const later = (): void => {
      clearTimeout(this.quiet);
      this.quiet = setTimeout(reload, QUIET_MS);
    };
    this.watcher = watch(folder, { ignoreInitial: true });
    this.watcher.on('all', later);
    // What changed while the folder was first walked raised no event.
    this.watcher.on('ready', later);
    this.watcher.on('error', (error) => logger.warn({ err: error }, 'policy folder cannot be watched'));
    this.poll = setInterval(reload, POLL_MS);
    this.poll.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.poll);
    await this.watcher.close();
    clearTimeout(this.quiet);
  }
}
