import type { Model } from '../registry/model.js';
import type { CompiledRule } from '../rules/rule-set.js';
import { matchesGlob } from '../rules/selector.js';
import type { Policy } from '../selection/policy.js';
import { lintCandidates, lintReach } from './lint-candidates.js';
import { lintConditions } from './lint-conditions.js';
import { lintUnits } from './lint-units.js';
import { lintWords } from './lint-words.js';
import type { Warning } from './warning.js';

/**
 * What a sound policy most likely does not mean. What cannot be told is not reported: beyond some hundred
 * alternatives in one condition, or between members that depend on each other, such as hour and epoch.
 */
export function lintPolicy({ rules, models }: Pick<Policy, 'rules' | 'models'>): readonly Warning[] {
  return [
    ...lintConditions(rules),
    ...lintCandidates(rules, models),
    ...lintReach(rules),
    ...rules.rules.flatMap((rule) => unmatched(rule, models)),
    ...lintWords(rules, models),
    ...lintUnits(rules, models),
  ];
}

/** Patterns and tags that name nobody. */
function unmatched({ event, place }: CompiledRule, models: readonly Model[]): Warning[] {
  const selector = event.type === 'exclude' || event.type === 'restrict' ? event.selector : undefined;
  if (selector === undefined) return [];
  const path = `${place.path}.event.params`;
  const globs = selector.globs.filter((glob) => !models.some(({ id }) => matchesGlob(glob, id)));
  const tags = selector.tags.filter((tag) => !models.some((model) => model.tags.includes(tag)));
  return [
    ...globs.map((glob) => ({ path: `${path}.models`, reason: `no model of models.json matches ${glob}` })),
    ...tags.map((tag) => ({ path: `${path}.tags`, reason: `no model of models.json has the tag ${tag}` })),
  ].map((said) => ({ file: place.file, code: 'matches-no-model', ...said }));
}
