import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import { outcomesFrom } from '../contract/collect.js';
import { decisionIdOf } from '../store/outcome-arbitrary.js';

const CHILD = join(import.meta.dirname, 'append-child.js');

/** What a process that was ended had been told by its store, over all its lives. */
export interface Told {
  /** Outcomes that were acknowledged: those of decisions 0 to one less. */
  acknowledged: number;
  /** The document as it was acknowledged last. */
  document: number;
}

export interface Ending {
  readonly afterMs: number;
  /** Ends the process. @returns an instant after which no answer counts: it cannot have left a machine without power. */
  readonly end: (child: ChildProcess) => number;
}

/**
 * Lets a process append to a store, and ends it at a random instant after its first answer.
 * @returns how many answers it had.
 */
export async function appendAndEnd(dir: string, told: Told, { afterMs, end }: Ending): Promise<number> {
  const child = spawn(process.execPath, [CHILD, dir, String(told.acknowledged)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let ending: Promise<number> | undefined;
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    ending ??= sleep(afterMs).then(() => end(child));
    lines.push(line);
  }
  const untilMs = (await ending) ?? 0;
  await exited;
  return lines.filter((line) => note(line, told, untilMs)).length;
}

/** @returns whether the line is an answer that counts; the last line may be cut short. */
function note(line: string, told: Told, untilMs: number): boolean {
  const found = /^(\d+) (recorded|duplicate|conflict|document) (\d+\.\d+)$/.exec(line);
  if (found === null || Number(found[3]) >= untilMs) return false;
  const [number, kind] = [Number(found[1]), found[2]];
  if (kind === 'document') {
    told.document = Math.max(told.document, number);
    return true;
  }
  // A report whose answer was lost may be there already.
  expect(['recorded', 'duplicate']).toContain(kind);
  told.acknowledged = Math.max(told.acknowledged, number + 1);
  return true;
}

/** Opens what was left, and holds it against what was told. @returns how many outcomes are there beyond. */
export async function expectKept(dir: string, told: Told): Promise<number> {
  const store = await openLevelStore(dir);
  try {
    const { outcomes, documents } = store;
    const [base, head] = [outcomes.base(), outcomes.head()];
    expect(head, 'acknowledged outcomes are lost').toBeGreaterThanOrEqual(told.acknowledged);
    // Each at the position of its number: none is missing, none is there twice.
    const found = (await outcomesFrom(outcomes, base)).map(({ decisionId }) => decisionId);
    expect(found).toEqual(Array.from({ length: head - base }, (_, i) => decisionIdOf(base + i)));
    const body = await outcomes.readBase();
    expect(body && Buffer.from(body).toString()).toBe(base === 0 ? undefined : String(base));
    const document = await documents.get('torture', 'counter');
    const kept = document === undefined ? 0 : Number(Buffer.from(document.body).toString());
    expect(kept, 'an acknowledged change of a document is lost').toBeGreaterThanOrEqual(told.document);
    const { faults } = await store.scrub();
    expect(faults).toEqual([]);
    return head - told.acknowledged;
  } finally {
    await store.close();
  }
}
