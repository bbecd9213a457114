import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';

/** Files are read this often: a mounted secret raises no event that could be relied on. */
const POLL_MS = 2_000;

export interface WatchedFiles {
  /** For the log, such as `certificate`. */
  readonly what: string;
  readonly paths: readonly string[];
  /**
   * Takes new contents into use, all or nothing.
   * @returns what the log says of them. @throws where they are no good; what is in use stays.
   */
  readonly take: (contents: readonly Buffer[]) => object;
  readonly logger: Logger;
}

/**
 * Reads files again when they change and keeps the last good contents: a half-written certificate, or a key that does
 * not belong to it yet, changes nothing but a line in the log, and is tried again.
 */
export class FilesWatch {
  private known: readonly Buffer[];
  private failure: string | undefined;
  private reading = false;
  private readonly timer: NodeJS.Timeout;

  /** @param known what is in use. */
  constructor(
    private readonly files: WatchedFiles,
    known: readonly Buffer[],
  ) {
    this.known = known;
    this.timer = setInterval(() => void this.look(), POLL_MS);
    this.timer.unref();
  }

  /** Whether the newest contents were refused, or could not be read. */
  get isStale(): boolean {
    return this.failure !== undefined;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if (this.reading) return;
    this.reading = true;
    const { what, paths, take, logger } = this.files;
    try {
      const contents = await Promise.all(paths.map((path) => readFile(path)));
      const isSame = contents.every((content, i) => content.equals(this.known[i]!));
      if (!isSame) {
        logger.info(take(contents), `${what} read again`);
        this.known = contents;
      }
      this.failure = undefined;
    } catch (error) {
      const reason = (error as Error).message;
      // Once, not every two seconds.
      if (reason !== this.failure)
        logger.error({ reason, paths }, `${what} refused: the one before stays in use`);
      this.failure = reason;
    } finally {
      this.reading = false;
    }
  }
}
