import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** Beside the database's own files, which leave it alone. */
export const HEAD_MARK_FILE = 'OUTCOME-HEAD';

const MARK_BYTES = 12;

/**
 * A second witness of how far the outcome log went.
 *
 * The database drops a damaged end of its write-ahead log without an error, and nothing inside it can
 * tell. The mark is written after a commit and not synced: it may lag behind the log, never run ahead.
 */
export class HeadMark {
  private writing: Promise<void> | undefined;
  private wanted = 0;

  private constructor(private readonly file: FileHandle) {}

  static async open(dir: string): Promise<HeadMark> {
    return new HeadMark(await open(join(dir, HEAD_MARK_FILE), constants.O_RDWR | constants.O_CREAT, 0o600));
  }

  /** The head as last marked, or `undefined` where there is no readable mark. */
  async read(): Promise<number | undefined> {
    const { bytesRead, buffer } = await this.file.read(Buffer.alloc(MARK_BYTES), 0, MARK_BYTES, 0);
    if (bytesRead < MARK_BYTES || buffer.readUInt32BE(8) !== crc32(buffer.subarray(0, 8))) return undefined;
    return Number(buffer.readBigUInt64BE(0));
  }

  /** Marks a head that is on disk; returns at once. */
  note(head: number): void {
    this.wanted = head;
    this.writing ??= this.writeUntilCurrent();
  }

  async close(): Promise<void> {
    await this.writing;
    await this.file.close();
  }

  private async writeUntilCurrent(): Promise<void> {
    const buffer = Buffer.alloc(MARK_BYTES);
    let written: number;
    do {
      written = this.wanted;
      buffer.writeBigUInt64BE(BigInt(written), 0);
      buffer.writeUInt32BE(crc32(buffer.subarray(0, 8)), 8);
      // A mark that could not be written is an old mark, and does no harm.
      await this.file.write(buffer, 0, MARK_BYTES, 0).catch(() => undefined);
    } while (written !== this.wanted);
    this.writing = undefined;
  }
}
