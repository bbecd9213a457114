import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decisionIdFromBytes, decisionTimeMs } from '../../core/ids.js';
import type { DecisionRecord } from '../../gen/sextant/storage/v1/storage.js';
import { decodeRecord } from '../../runtime/decision-codec.js';
import { fits, type LogFilter } from '../../runtime/evaluation/log-replay.js';
import type { Store } from '../../store/ports.js';
import { actionsOf, feedbackMetadata, type Actions } from './actions.js';
import { DECISION_COLUMNS, DIMENSION_NAMES, decisionRow } from './decision-rows.js';
import { firstAttempts } from './first-attempts.js';
import { OUTCOME_COLUMNS, outcomeRow } from './outcome-rows.js';
import { createTable, type TableFile, type TableFormat } from './table-file.js';

export interface Exported {
  readonly decisions: number;
  readonly outcomes: number;
  readonly files: readonly string[];
}

export interface ExportOptions {
  readonly folder: string;
  readonly format: TableFormat;
  readonly filter: LogFilter;
}

/** Decisions that are joined with their outcomes at once: the log of outcomes is read from there on for each. */
const DECISIONS_AT_ONCE = 20_000;

/**
 * Writes decisions and outcomes of a store, and what the tables mean, into a folder. What is held does not grow with the
 * store. @throws StoreError; Error of node:fs, also where a file of this name is there.
 */
export async function exportLog(store: Store, options: ExportOptions): Promise<Exported> {
  const { folder, format, filter } = options;
  mkdirSync(folder, { recursive: true });
  const actions = await actionsOf(store.documents);
  const files = ['decisions', 'outcomes'].map((name) => join(folder, `${name}.${format}`));
  const decisions = createTable(files[0]!, format, DECISION_COLUMNS);
  await addDecisions(store, filter, { actions, table: decisions });
  decisions.close(feedbackMetadata(actions, decisions.rows));
  const outcomes = createTable(files[1]!, format, OUTCOME_COLUMNS);
  await addOutcomes(store, filter, { actions, table: outcomes });
  outcomes.close({ actions: JSON.stringify(actions.names) });
  files.push(join(folder, 'feedback.json'));
  writeFileSync(files[2]!, `${JSON.stringify(feedback(actions, decisions.rows), null, 2)}\n`, { flag: 'wx' });
  return { decisions: decisions.rows, outcomes: outcomes.rows, files };
}

const feedback = (actions: Actions, rounds: number): object => ({
  n_rounds: rounds,
  n_actions: actions.names.length,
  actions: actions.names,
  dimensions: DIMENSION_NAMES,
});

interface Sink {
  readonly actions: Actions;
  readonly table: TableFile;
}

async function addDecisions(store: Store, filter: LogFilter, { actions, table }: Sink): Promise<void> {
  let held: DecisionRecord[] = [];
  const flush = async (): Promise<void> => {
    if (held.length === 0) return;
    const attempts = await firstAttempts(store.outcomes, held);
    for (const record of held) {
      table.add(decisionRow(record, actions, attempts.get(decisionIdFromBytes(record.decisionId))));
    }
    held = [];
  };
  for await (const logged of store.decisions.range(filter.fromMs, filter.toMs)) {
    const record = decodeRecord(logged);
    if (!fits(record, filter)) continue;
    held.push(record);
    if (held.length >= DECISIONS_AT_ONCE) await flush();
  }
  await flush();
}

/** Outcomes of decisions that the filter lets through, whenever they came. */
async function addOutcomes(store: Store, filter: LogFilter, { actions, table }: Sink): Promise<void> {
  for await (const { firstSequence, outcomes } of store.outcomes.read(0)) {
    outcomes.forEach((outcome, i) => {
      const timeMs = decisionTimeMs(outcome.decisionId);
      if (!fits(outcome, filter) || timeMs < filter.fromMs || timeMs >= filter.toMs) return;
      table.add(outcomeRow(outcome, firstSequence + i, actions));
    });
  }
}
