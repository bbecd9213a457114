/** What a terminal has room for. */
export interface Window {
  readonly lines: readonly string[];
  /** Lines that are scrolled past, no more than there are. */
  readonly offset: number;
}

const FOOT = 1;

/**
 * As many lines as there is room for: the first one, the others from an offset on, and at the end what there is more.
 *
 * @param height of the terminal, at least 1.
 */
export function windowOf(
  [title = '', ...rest]: readonly string[],
  { height, offset }: { readonly height: number; readonly offset: number },
): Window {
  if (rest.length < height) return { lines: [title, ...rest], offset: 0 };
  const room = Math.max(0, height - FOOT - 1);
  const from = Math.max(0, Math.min(offset, rest.length - room));
  const below = rest.length - room - from;
  const foot = [
    ...(from > 0 ? [`↑ ${from}`] : []),
    ...(below > 0 ? [`↓ ${below}`] : []),
    'more lines: arrows',
    'q ends',
  ].join(' · ');
  return { lines: [title, ...rest.slice(from, from + room), foot].slice(0, height), offset: from };
}
