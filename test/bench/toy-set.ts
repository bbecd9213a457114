import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ToyCell {
  readonly quality: number;
  readonly costUsd?: number;
}

export interface ToyPrompt {
  readonly text?: string;
  readonly category?: string;
  readonly dataset?: string;
  readonly outcomes: Readonly<Record<string, ToyCell>>;
}

/** Writes a set in the format of the outcome data to a folder of its own; the caller removes it. */
export function toySet(prompts: readonly ToyPrompt[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
  const id = (i: number): string => `toy-${String(i).padStart(4, '0')}`;
  const lines = prompts.map(({ text, category, dataset }, i) =>
    JSON.stringify({ prompt_id: id(i), prompt: text, category, dataset }),
  );
  const costed = prompts.some(({ outcomes }) =>
    Object.values(outcomes).some(({ costUsd }) => costUsd !== undefined),
  );
  const rows = prompts.flatMap(({ outcomes }, i) =>
    Object.entries(outcomes).map(([arm, { quality, costUsd }]) =>
      [id(i), arm, quality, ...(costed ? [costUsd ?? ''] : [])].join(','),
    ),
  );
  const header = `prompt_id,model,quality${costed ? ',cost_usd' : ''}`;
  writeFileSync(join(folder, 'prompts.jsonl'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'outcomes.csv'), `${[header, ...rows].join('\n')}\n`);
  return folder;
}
