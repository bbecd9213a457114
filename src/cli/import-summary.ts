import type { Skipped } from '../core/registry/import/entry.js';
import type { FieldChange, ModelChange } from '../core/registry/import/merge.js';

const SKIPPED_SHOWN = 10;

function shown(value: unknown): string {
  return value === undefined ? '–' : JSON.stringify(value);
}

function changeLine({ field, before, after }: FieldChange): string {
  return `    ${field}: ${shown(before)} → ${shown(after)}\n`;
}

function skippedText(skipped: readonly Skipped[], all: boolean): string {
  if (skipped.length === 0) return '';
  const listed = all ? skipped : skipped.slice(0, SKIPPED_SHOWN);
  const more = skipped.length - listed.length;
  const lines = listed.map(({ key, reason }) => `  ${key}: ${reason}\n`);
  const rest = more > 0 ? `  … and ${more} more (--show-skipped names them)\n` : '';
  return `${skipped.length} entries skipped\n${lines.join('')}${rest}`;
}

/** What an import changed, as a diff reads: `+` added, `~` updated by field, `!` left as it is and why. */
export function summaryText(
  changes: readonly ModelChange[],
  skipped: readonly Skipped[],
  allSkipped: boolean,
): string {
  const of = (kind: ModelChange['kind']) => changes.filter((change) => change.kind === kind);
  const added = of('added').map(({ id }) => `+ ${id}\n`);
  const updated = of('updated').map(({ id, fields }) => `~ ${id}\n${fields.map(changeLine).join('')}`);
  const left = of('left').map(({ id, reason }) => `! ${id}: ${reason ?? ''}\n`);
  const counts = `${added.length} added, ${updated.length} updated, ${of('unchanged').length} unchanged, ${left.length} left\n`;
  return [...added, ...updated, ...left, counts, skippedText(skipped, allSkipped)].join('');
}
