import type uPlot from 'uplot';
import type { Mark } from '../marks.js';

const MS_PER_SECOND = 1000;
const FONT_PX = 11;
const GAP_PX = 3;

/** Where a time lies in pixels of the canvas, within the chart. */
function xOf(plot: uPlot, timeMs: number): number {
  const { left, width } = plot.bbox;
  return Math.min(left + width, Math.max(left, plot.valToPos(timeMs / MS_PER_SECOND, 'x', true)));
}

/** Shades the times at which something had drifted, once however much; for below the lines. */
export function shadeMarks(plot: uPlot, marks: readonly Mark[], colour: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = colour;
  ctx.globalAlpha = 0.16;
  let shadedTo = bbox.left;
  for (const { kind, fromMs, toMs } of marks) {
    if (kind !== 'drift') continue;
    const from = Math.max(shadedTo, xOf(plot, fromMs));
    shadedTo = Math.max(from, xOf(plot, toMs));
    ctx.fillRect(from, bbox.top, shadedTo - from, bbox.height);
  }
  ctx.restore();
}

/** Marks whose lines are too close for numbers of their own. */
interface Group {
  readonly x: number;
  readonly first: Mark;
  last: Mark;
}

/** Draws a line where each begins, dashed for policies, with its number at the top. @param marks by time. */
export function drawMarks(
  plot: uPlot,
  marks: readonly Mark[],
  { colours, scale }: { colours: Readonly<Record<Mark['kind'], string>>; scale: number },
): void {
  const { ctx, bbox } = plot;
  const ratio = window.devicePixelRatio * scale;
  ctx.save();
  ctx.lineWidth = ratio;
  ctx.font = `600 ${FONT_PX * ratio}px system-ui`;
  ctx.textBaseline = 'top';
  for (const { kind, fromMs } of marks) {
    const x = xOf(plot, fromMs);
    ctx.strokeStyle = colours[kind];
    ctx.setLineDash(kind === 'policy' ? [4 * ratio, 3 * ratio] : []);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  for (const { x, first, last } of groupsOf(plot, marks, 2 * FONT_PX * ratio)) {
    const text = first === last ? String(first.number) : `${first.number}–${last.number}`;
    const width = ctx.measureText(text).width + 2 * GAP_PX * ratio;
    // On the side of the line that has room.
    const at = x + width > bbox.left + bbox.width ? x - width + GAP_PX * ratio : x + GAP_PX * ratio;
    ctx.fillStyle = colours[first.kind];
    ctx.fillText(text, at, bbox.top);
  }
  ctx.restore();
}

function groupsOf(plot: uPlot, marks: readonly Mark[], roomPx: number): readonly Group[] {
  const groups: Group[] = [];
  for (const mark of marks) {
    const x = xOf(plot, mark.fromMs);
    const group = groups.at(-1);
    if (group !== undefined && x - group.x < roomPx) group.last = mark;
    else groups.push({ x, first: mark, last: mark });
  }
  return groups;
}
