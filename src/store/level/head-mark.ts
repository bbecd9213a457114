import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** Beside the database's own files, which leave it alone. */
export const HEAD_MARK_FILE = 'OUTCOME-HEAD';

/** Head and commits, 8 bytes each, and a checksum of both. */
const BODY_BYTES = 16;
const MARK_BYTES = BODY_BYTES + 4;
/** Format 1 had the head alone. */
const OLD_BODY_BYTES = 8;

/** What is known to be on disk. */
export interface Marked {
  readonly head: number;
  /** Commits of documents. */
  readonly commits: number;
}

/**
 * A second witness of how far the store was written.
 *
 * The database drops a damaged end of its write-ahead log without an error, and nothing inside it can
 * tell. The mark is written after a commit and not synced: it may lag behind the log, never run ahead.
 */
export class HeadMark {
  private writing: Promise<void> | undefined;
  private wanted: Marked = { head: 0, commits: 0 };

  private constructor(private readonly file: FileHandle) {}

  static async open(dir: string): Promise<HeadMark> {
    return new HeadMark(await open(join(dir, HEAD_MARK_FILE), constants.O_RDWR | constants.O_CREAT, 0o600));
  }

  /** What was marked last, or `undefined` where there is no readable mark. */
  async read(): Promise<Marked | undefined> {
    const { bytesRead, buffer } = await this.file.read(Buffer.alloc(MARK_BYTES), 0, MARK_BYTES, 0);
    const isSound = (bodyBytes: number): boolean =>
      bytesRead >= bodyBytes + 4 && buffer.readUInt32BE(bodyBytes) === crc32(buffer.subarray(0, bodyBytes));
    if (isSound(BODY_BYTES))
      return { head: Number(buffer.readBigUInt64BE(0)), commits: Number(buffer.readBigUInt64BE(8)) };
    if (isSound(OLD_BODY_BYTES)) return { head: Number(buffer.readBigUInt64BE(0)), commits: 0 };
    return undefined;
  }

  /** Marks what is on disk; returns at once. */
  note(marked: Partial<Marked>): void {
    this.wanted = { ...this.wanted, ...marked };
    this.writing ??= this.writeUntilCurrent();
  }

  async close(): Promise<void> {
    await this.writing;
    await this.file.close();
  }

  private async writeUntilCurrent(): Promise<void> {
    const buffer = Buffer.alloc(MARK_BYTES);
    let written: Marked;
    do {
      written = this.wanted;
      buffer.writeBigUInt64BE(BigInt(written.head), 0);
      buffer.writeBigUInt64BE(BigInt(written.commits), 8);
      buffer.writeUInt32BE(crc32(buffer.subarray(0, BODY_BYTES)), BODY_BYTES);
      // A mark that could not be written is an old mark, and does no harm.
      await this.file.write(buffer, 0, MARK_BYTES, 0).catch(() => undefined);
    } while (written !== this.wanted);
    this.writing = undefined;
  }
}
