const MAX_CACHED_BYTES = 64;
const CACHE_SLOTS = 1024;

/** A tag is a field's number times this, and its wire type. */
const WIRE_TYPES = 8;

/** Reads protobuf's wire format from bytes; every reader throws RangeError at the end of the bytes. */
export class ByteCursor {
  pos = 0;
  private readonly view: DataView;

  constructor(readonly bytes: Buffer) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A varint as a number. @throws RangeError where it exceeds 2^53 − 1. */
  varint(): number {
    const { bytes } = this;
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let unit = 0x80;
    do {
      if (this.pos >= bytes.length) throw new RangeError('the bytes end within a number');
      byte = bytes[this.pos++]!;
      value += (byte & 0x7f) * unit;
      unit *= 0x80;
      if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('a number exceeds 2^53 - 1');
    } while (byte >= 0x80);
    return value;
  }

  double(): number {
    const value = this.view.getFloat64(this.pos, true);
    this.pos += 8;
    return value;
  }

  float(): number {
    const value = this.view.getFloat32(this.pos, true);
    this.pos += 4;
    return value;
  }

  fixed32(): number {
    const value = this.view.getUint32(this.pos, true);
    this.pos += 4;
    return value;
  }

  /** Steps over a length-delimited value and returns where it ends; it starts `pos` before the call's end. */
  span(): number {
    const length = this.varint();
    const end = this.pos + length;
    if (end > this.bytes.length) throw new RangeError('the bytes end within a field');
    return end;
  }

  /** Steps over the value of a field of a later format, by its tag. @throws RangeError on an unknown wire type. */
  skip(tag: number): void {
    const wireType = tag % WIRE_TYPES;
    if (wireType === 0) this.varint();
    else if (wireType === 1) this.pos += 8;
    else if (wireType === 2) this.pos = this.span();
    else if (wireType === 5) this.pos += 4;
    else throw new RangeError(`wire type ${wireType} is unknown`);
    if (this.pos > this.bytes.length) throw new RangeError('the bytes end within a field');
  }

  private byte(): number {
    if (this.pos >= this.bytes.length) throw new RangeError('the bytes end within a number');
    return this.bytes[this.pos++]!;
  }
}

interface CachedText {
  readonly bytes: Buffer;
  readonly text: string;
}

/** Turns bytes into text, once for texts that repeat: a log names few tenants, many times, and mostly the last again. */
export class TextCache {
  private last: CachedText = { bytes: Buffer.alloc(0), text: '' };
  private readonly slots: (CachedText | undefined)[] = Array.from({
    length: CACHE_SLOTS,
  });

  constructor(private readonly encoding: 'utf8' | 'hex') {}

  text(source: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    if (sameBytes(this.last.bytes, source, start, end)) return this.last.text;
    if (length > MAX_CACHED_BYTES) return source.toString(this.encoding, start, end);
    let hash = length;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + source[i]!) | 0;
    const slot = (hash ^ (hash >>> 15)) & (CACHE_SLOTS - 1);
    const found = this.slots[slot];
    if (found !== undefined && sameBytes(found.bytes, source, start, end)) return (this.last = found).text;
    const text = source.toString(this.encoding, start, end);
    this.last = this.slots[slot] = { bytes: Buffer.from(source.subarray(start, end)), text };
    return text;
  }
}

export function sameBytes(cached: Buffer, source: Buffer, start: number, end: number): boolean {
  if (cached.length !== end - start) return false;
  for (let i = 0; i < cached.length; i++) if (cached[i] !== source[start + i]) return false;
  return true;
}
