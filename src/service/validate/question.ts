import { normalizeWeights, type Weights } from '../../core/bandit/settings.js';
import type { TenantId, UseCase } from '../../core/ids.js';
import type { Question } from '../../core/selection/question.js';
import type { Preferences, SelectRequest } from '../../gen/sextant/v1/selection.js';
import { LIMITS } from '../limits.js';
import { decodeModelFilter } from './model-filter.js';
import { readPromptParameters } from './prompt.js';
import { decodeInput } from './request-input.js';
import { Violations } from './violations.js';

/** A weight beyond this says nothing that a smaller one does not. */
const WEIGHT = { low: 0, high: 1e9 };

/** A checked request for a decision. @throws SextantError INVALID_FIELD with every violation. */
export function decodeQuestion(wire: SelectRequest, tenant: TenantId): Question {
  const violations = new Violations();
  const question = readQuestion('', wire, { tenant, violations });
  violations.throwIfAny();
  return question;
}

interface Reading {
  readonly tenant: TenantId;
  readonly violations: Violations;
}

/** The same under a prefix, for requests that hold a SelectRequest. */
export function readQuestion(prefix: string, wire: SelectRequest, { tenant, violations }: Reading): Question {
  const maxFallbacks = wire.maxFallbacks ?? LIMITS.fallbacksDefault;
  violations.number(`${prefix}max_fallbacks`, maxFallbacks, { low: 0, high: LIMITS.fallbacksMax });
  return {
    tenant,
    useCase: violations.name(`${prefix}use_case`, wire.useCase) as UseCase,
    input: decodeInput(`${prefix}input`, wire.input, violations),
    requirements: decodeModelFilter(`${prefix}requirements`, wire.requirements, violations),
    ...(wire.preferences && { weights: readWeights(`${prefix}preferences`, wire.preferences, violations) }),
    attributes: readAttributes(`${prefix}attributes`, wire.attributes, violations),
    ...(Object.keys(wire.promptParameters).length > 0 && {
      promptParameters: readPromptParameters(`${prefix}prompt_parameters`, wire.promptParameters, violations),
    }),
    batch: wire.batch,
    streaming: wire.streaming,
    maxFallbacks,
  };
}

function readWeights(path: string, wire: Preferences, violations: Violations): Weights {
  const weights = {
    quality: violations.number(`${path}.quality`, wire.quality, WEIGHT),
    cost: violations.number(`${path}.cost`, wire.cost, WEIGHT),
    latency: violations.number(`${path}.latency`, wire.latency, WEIGHT),
  };
  if (weights.quality + weights.cost + weights.latency > 0) return normalizeWeights(weights);
  if (wire.quality === 0 && wire.cost === 0 && wire.latency === 0)
    violations.add(path, 'must not be all zero');
  return { quality: 1, cost: 0, latency: 0 };
}

function readAttributes(
  path: string,
  wire: Readonly<Record<string, string>>,
  violations: Violations,
): Readonly<Record<string, string>> {
  const keys = Object.keys(wire);
  if (keys.length > LIMITS.attributesMax)
    violations.add(path, `must have at most ${LIMITS.attributesMax} entries`);
  for (const key of keys.slice(0, LIMITS.attributesMax)) {
    if (!ATTRIBUTE_KEY.test(key)) {
      violations.add(
        `${path}[${JSON.stringify(key)}]`,
        'the key must be letters, digits, ".", "_" or "-", at most 63',
      );
    }
    violations.text(`${path}[${JSON.stringify(key)}]`, wire[key]!, {
      maxBytes: LIMITS.attributeValueMaxBytes,
      required: false,
    });
  }
  return wire;
}

const ATTRIBUTE_KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
