import type { Model } from '../registry/model.js';
import { suggestWord, type Suggestion } from './suggestion.js';
import type { RuleEvent, RuleScope } from './event.js';
import {
  fieldOf,
  readAmount,
  readFields,
  readText,
  readTexts,
  type Fields,
  type Report,
} from './field-reader.js';
import { RULE_LIMITS } from './limits.js';
import { globFault, modelSelector, type ModelSelector } from './selector.js';
import { EVENT_TYPES, type EventType } from './vocabulary.js';

/** What event params may name. */
export interface KnownModels {
  readonly models: readonly Model[];
  readonly capabilities: readonly string[];
}

/** The same, ready for look-ups: one list may name a thousand models. */
export interface ModelIndex {
  readonly ids: ReadonlySet<string>;
  readonly idOfAlias: ReadonlyMap<string, string>;
  readonly capabilities: readonly string[];
}

export function indexModels({ models, capabilities }: KnownModels): ModelIndex {
  return {
    ids: new Set(models.map((model) => model.id)),
    idOfAlias: new Map(models.flatMap((model) => model.aliases.map((alias) => [alias, model.id] as const))),
    capabilities,
  };
}

interface EventScope {
  readonly report: Report;
  readonly known: ModelIndex;
  readonly path: string;
}

const PARAM_KEYS: Readonly<Record<EventType, readonly string[]>> = {
  exclude: ['reason', 'models', 'tags'],
  restrict: ['models', 'tags', 'reason'],
  require: ['capabilities', 'reason'],
  cap: ['costUsd', 'latencyMs', 'reason'],
  weigh: ['quality', 'cost', 'latency'],
  pin: ['model', 'reason'],
  reject: ['reason'],
};

/** What params cannot do without, for whoever left them out. */
const NEEDED_PARAMS: Readonly<Record<EventType, string>> = {
  exclude: 'reason',
  restrict: 'models or tags',
  require: 'capabilities',
  cap: 'costUsd or latencyMs',
  weigh: 'quality, cost and latency',
  pin: 'model',
  reject: 'reason',
};

function suggestModel(id: string, known: ModelIndex): Suggestion {
  const aliased = known.idOfAlias.get(id);
  return aliased === undefined ? suggestWord(id, known.ids) : `${id} is an alias of ${aliased}: write that`;
}

function checkModel(id: string, path: string, { report, known }: EventScope): void {
  if (known.ids.has(id)) return;
  report(
    path,
    `unknown model ${JSON.stringify(id.slice(0, RULE_LIMITS.globLength))}`,
    id.includes('*') ? 'pin names exactly one model' : suggestModel(id, known),
  );
}

function checkGlob(glob: string, path: string, { report }: EventScope): void {
  const fault = globFault(glob);
  if (fault !== undefined) report(path, fault);
}

function readSelector(params: Fields, scope: EventScope): ModelSelector | undefined {
  const { path, report } = scope;
  const has = (key: string) => fieldOf(params, key) !== undefined;
  const models = has('models') ? readTexts(params['models'], `${path}.models`, report) : undefined;
  const tags = has('tags') ? readTexts(params['tags'], `${path}.tags`, report) : undefined;
  for (const [index, id] of (models ?? []).entries()) {
    (id.includes('*') ? checkGlob : checkModel)(id, `${path}.models[${index}]`, scope);
  }
  return has('models') || has('tags') ? modelSelector(models ?? [], tags ?? []) : undefined;
}

function readReason(params: Fields, scope: EventScope, fallback: string): string {
  const reason = fieldOf(params, 'reason');
  return (
    (reason === undefined ? undefined : readText(reason, `${scope.path}.reason`, scope.report)) ?? fallback
  );
}

function readCapabilities(params: Fields, scope: EventScope): readonly string[] {
  const path = `${scope.path}.capabilities`;
  const capabilities = readTexts(fieldOf(params, 'capabilities'), path, scope.report) ?? [];
  const { known } = scope;
  for (const [index, name] of capabilities.entries()) {
    if (known.capabilities.includes(name)) continue;
    scope.report(
      `${path}[${index}]`,
      `unknown capability ${JSON.stringify(name)}`,
      suggestWord(name, known.capabilities),
    );
  }
  return capabilities;
}

function readCap(params: Fields, scope: EventScope): RuleEvent {
  const read = (key: string) => {
    const value = fieldOf(params, key);
    return value === undefined ? undefined : readAmount(value, `${scope.path}.${key}`, scope.report);
  };
  const costUsd = read('costUsd');
  const latencyMs = read('latencyMs');
  if (fieldOf(params, 'costUsd') === undefined && fieldOf(params, 'latencyMs') === undefined) {
    scope.report(scope.path, 'needs costUsd or latencyMs');
  }
  const limits = [
    costUsd === undefined ? [] : `${costUsd} USD`,
    latencyMs === undefined ? [] : `${latencyMs} ms`,
  ].flat();
  return {
    type: 'cap',
    reason: readReason(params, scope, `is expected to need more than ${limits.join(' or ')}`),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
  };
}

function readWeigh(params: Fields, scope: EventScope): RuleEvent {
  const read = (key: string) => readAmount(fieldOf(params, key), `${scope.path}.${key}`, scope.report);
  const [quality, cost, latency] = [read('quality'), read('cost'), read('latency')];
  if (quality === 0 && cost === 0 && latency === 0)
    scope.report(scope.path, 'all weights are 0: nothing would be preferred');
  return { type: 'weigh', quality: quality ?? 0, cost: cost ?? 0, latency: latency ?? 0 };
}

const requiredText = (params: Fields, key: string, scope: EventScope) =>
  readText(fieldOf(params, key), `${scope.path}.${key}`, scope.report) ?? '';

const READ: Readonly<Record<EventType, (params: Fields, scope: EventScope) => RuleEvent>> = {
  exclude: (params, scope) => {
    const selector = readSelector(params, scope);
    return { type: 'exclude', reason: requiredText(params, 'reason', scope), ...(selector && { selector }) };
  },
  restrict: (params, scope) => {
    const selector = readSelector(params, scope);
    if (selector === undefined) scope.report(scope.path, 'needs models or tags');
    return {
      type: 'restrict',
      reason: readReason(params, scope, 'is not among the models this request is restricted to'),
      selector: selector ?? modelSelector([], []),
    };
  },
  require: (params, scope) => {
    const capabilities = readCapabilities(params, scope);
    return {
      type: 'require',
      reason: readReason(params, scope, `lacks one of ${capabilities.join(', ')}`),
      capabilities,
    };
  },
  cap: readCap,
  weigh: readWeigh,
  pin: (params, scope) => {
    const model = requiredText(params, 'model', scope);
    if (model !== '') checkModel(model, `${scope.path}.model`, scope);
    return { type: 'pin', reason: readReason(params, scope, `the request is pinned to ${model}`), model };
  },
  reject: (params, scope) => ({ type: 'reject', reason: requiredText(params, 'reason', scope) }),
};

/** Reads the event of a rule: its type and the params of that type. */
export function parseEvent(
  value: unknown,
  path: string,
  report: Report,
  known: ModelIndex,
): RuleEvent | undefined {
  const fields = readFields(value, path, report, ['type', 'params']);
  if (fields === undefined) return undefined;
  const given = fieldOf(fields, 'type');
  const type = EVENT_TYPES.find((name) => name === given);
  if (type === undefined) {
    if (typeof given !== 'string')
      report(`${path}.type`, given === undefined ? 'is missing' : 'must be text');
    else
      report(
        `${path}.type`,
        `unknown event ${JSON.stringify(given.slice(0, 64))}`,
        suggestWord(given, EVENT_TYPES),
      );
    return undefined;
  }
  const paramFields = fieldOf(fields, 'params');
  if (paramFields === undefined) {
    report(`${path}.params`, 'is missing', `${type} needs ${NEEDED_PARAMS[type]}`);
    return undefined;
  }
  const params = readFields(paramFields, `${path}.params`, report, PARAM_KEYS[type]);
  return params && READ[type](params, { report, known, path: `${path}.params` });
}

/** Events that make no sense in the scope their conditions gave the rule. */
export function checkEventScope(event: RuleEvent, scope: RuleScope, path: string, report: Report): void {
  if (event.type === 'reject' && scope === 'candidate') {
    report(path, 'reject is about the request, but the conditions read model or estimate', 'use exclude');
  }
  if (event.type !== 'exclude') return;
  if (scope === 'request' && event.selector === undefined) {
    report(path, 'would exclude every model', 'name models or tags, read model or estimate, or use reject');
  }
  if (scope === 'candidate' && event.selector !== undefined) {
    report(path, 'models and tags narrow a rule on the request only', 'put a condition on model instead');
  }
}
