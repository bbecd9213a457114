/** Tag and length in front of each value of a list or member of an object, at most. */
const HEAD_BYTES = 6;
const NUMBER_BYTES = 9;

const textBytes = (text: string): number => HEAD_BYTES + Buffer.byteLength(text);

/** An upper bound of how many bytes a JSON value takes as a `google.protobuf.Value`. O(size of the value). */
export function wireBytes(value: unknown): number {
  if (typeof value === 'string') return textBytes(value);
  if (Array.isArray(value)) {
    return (value as unknown[]).reduce<number>((sum, item) => sum + HEAD_BYTES + wireBytes(item), HEAD_BYTES);
  }
  if (typeof value !== 'object' || value === null) return NUMBER_BYTES;
  return Object.entries(value).reduce(
    (sum, [key, member]) => sum + 2 * HEAD_BYTES + textBytes(key) + wireBytes(member),
    HEAD_BYTES,
  );
}
