import type { Outcome } from '../../src/core/outcome/outcome.js';
import type { AppendVerdict } from '../../src/store/ports.js';

/** The outcome log, as slow and plain as can be. */
export class OutcomeLogModel {
  outcomes: Outcome[] = [];

  append(groups: readonly (readonly Outcome[])[]): AppendVerdict[][] {
    return groups.map((group) => this.appendGroup(group));
  }

  private appendGroup(group: readonly Outcome[]): AppendVerdict[] {
    const before = this.outcomes;
    const verdicts: AppendVerdict[] = [];
    for (const outcome of group) {
      const known = this.outcomes.find((other) => isSameKey(other, outcome));
      if (known === undefined) {
        verdicts.push({ kind: 'recorded', sequence: this.outcomes.length });
        this.outcomes = [...this.outcomes, outcome];
      } else {
        verdicts.push({ kind: known.digest === outcome.digest ? 'duplicate' : 'conflict' });
      }
    }
    if (!verdicts.some(({ kind }) => kind === 'conflict')) return verdicts;
    this.outcomes = before;
    return verdicts.map((verdict) => (verdict.kind === 'recorded' ? { kind: 'withheld' } : verdict));
  }
}

function isSameKey(left: Outcome, right: Outcome): boolean {
  return (
    left.decisionId === right.decisionId && left.attempt === right.attempt && left.metric === right.metric
  );
}
