import { decisionKey, decisionRange, parseDecisionKey } from '../keys.js';
import type { DecisionLog, LoggedDecision } from '../ports.js';
import { seal, unseal } from '../sealed-value.js';
import type { Database, Operation } from './database.js';
import type { GuardedWriter } from './guarded-writer.js';
import { storeErrorOf } from './level-error.js';

const READ_AHEAD_BYTES = 1 << 20;

/** Decisions in LevelDB, written without waiting for the disk. */
export class LevelDecisionLog implements DecisionLog {
  constructor(
    private readonly db: Database,
    private readonly writer: GuardedWriter,
  ) {}

  async append(decisions: readonly LoggedDecision[]): Promise<void> {
    if (decisions.length === 0) return;
    const operations = decisions.map(({ decisionId, issueTimeMs, body }): Operation => {
      const key = decisionKey(issueTimeMs, decisionId);
      return { type: 'put', key, value: seal(key, body) };
    });
    await this.writer.write(operations, { sync: false });
  }

  async *range(fromMs: number, toMs: number): AsyncIterable<LoggedDecision> {
    const range = decisionRange(fromMs, toMs);
    try {
      const entries = this.db.iterator({ ...range, highWaterMarkBytes: READ_AHEAD_BYTES });
      for await (const [key, sealed] of entries) {
        const { issueTimeMs, decisionId } = parseDecisionKey(key);
        yield {
          decisionId,
          issueTimeMs,
          body: unseal(key, sealed, () => `the logged decision ${decisionId}`),
        };
      }
    } catch (error) {
      throw storeErrorOf(error, 'cannot read the decision log');
    }
  }
}
