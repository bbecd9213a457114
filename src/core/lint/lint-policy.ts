import type { Model } from '../registry/model.js';
import type { RuleSet } from '../rules/rule-set.js';
import { matchesGlob } from '../rules/selector.js';
import type { Policy } from '../selection/policy.js';
import { Effort, PARSING_STEPS } from './effort.js';
import { lintCandidates, lintReach } from './lint-candidates.js';
import { lintConditions } from './lint-conditions.js';
import { lintUnits } from './lint-units.js';
import { lintWords } from './lint-words.js';
import { WARNINGS_MAX, type Warning } from './warning.js';

type Linted = Pick<Policy, 'rules' | 'models' | 'tenants'>;

/**
 * What a sound policy most likely does not mean. What cannot be told is not reported: beyond some hundred
 * alternatives in one condition, beyond an effort that keeps the check near a second, or between members that depend
 * on each other, such as hour and epoch.
 */
export function lintPolicy({ rules, models, tenants }: Linted): readonly Warning[] {
  const warnings = [
    ...lintConditions(rules),
    ...lintCandidates(rules, models),
    ...lintReach(rules),
    ...lintSelectors(rules, models),
    ...lintWords(rules, { models, tenants }),
    ...lintUnits(rules, models),
  ];
  const next = warnings[WARNINGS_MAX];
  if (next === undefined) return warnings;
  const reason = `there are more than ${WARNINGS_MAX} warnings; the rest is not listed`;
  const { file, path, code } = next;
  return [...warnings.slice(0, WARNINGS_MAX), { file, path, code, reason }];
}

/** Patterns and tags that name nobody. */
function lintSelectors({ rules }: RuleSet, models: readonly Model[]): Warning[] {
  const effort = new Effort();
  const tags = new Set(models.flatMap((model) => model.tags));
  const isUnmatched = (glob: string): boolean => {
    effort.ask();
    return effort.spend(PARSING_STEPS * models.length) && !models.some(({ id }) => matchesGlob(glob, id));
  };
  return rules.flatMap(({ event, place }) => {
    const selector = event.type === 'exclude' || event.type === 'restrict' ? event.selector : undefined;
    if (selector === undefined) return [];
    const path = `${place.path}.event.params`;
    const warn = (member: string, reason: string): Warning => ({
      file: place.file,
      path: `${path}.${member}`,
      code: 'matches-no-model',
      reason,
    });
    return [
      ...selector.globs
        .filter(isUnmatched)
        .map((glob) => warn('models', `no model of models.json matches ${glob}`)),
      ...selector.tags
        .filter((tag) => !tags.has(tag))
        .map((tag) => warn('tags', `no model of models.json has the tag ${tag}`)),
    ];
  });
}
