import { SextantError } from '../core/errors.js';
import type { PromptParts } from '../core/cost/estimate.js';
import type { UseCase } from '../core/ids.js';
import type { Arm } from '../core/selection/arm.js';
import { estimateModels, type ModelEstimate } from '../core/selection/estimate-models.js';
import type { DecisionSnapshot } from '../core/selection/snapshot.js';
import type { EstimateCostRequest, EstimateCostResponse, ModelCost } from '../gen/sextant/v1/selection.js';
import type { Environment } from '../runtime/environment.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Principal } from './auth.js';
import { encodeModelCost } from './encode/model-cost.js';
import { LIMITS } from './limits.js';
import { decodeInput } from './validate/request-input.js';
import { Violations } from './validate/violations.js';

const COUNT = { low: 0n, high: LIMITS.tokensMax };
const TOOL_CALLS = { low: 0n, high: 10_000n };

/** @throws SextantError INVALID_FIELD with every violation; UNKNOWN_MODEL. */
export function estimateCosts(
  request: EstimateCostRequest,
  { tenant }: Principal,
  runtime: Runtime,
  environment: Environment,
): EstimateCostResponse {
  const violations = new Violations();
  const input = decodeInput('input', request.input, violations);
  if (request.useCase !== '') violations.name('use_case', request.useCase);
  violations.text('model', request.model, { maxBytes: LIMITS.modelIdMaxBytes, required: false });
  const parts = readParts(request, violations);
  const toolCalls =
    request.toolCalls === undefined ? 0 : violations.whole('tool_calls', request.toolCalls, TOOL_CALLS);
  violations.throwIfAny();
  const snapshot = runtime.snapshot();
  const { useCase, batch } = request;
  const question = {
    tenant,
    useCase: useCase as UseCase,
    input: runtime.tokens.counted(input),
    batch,
    parts,
    toolCalls,
  };
  const arms = armsOf(snapshot, request.model);
  const estimates = estimateModels(snapshot, question, { arms, nowMs: environment.nowMs() });
  checkCacheable(request, estimates);
  return { costs: estimates.map(encodeModelCost).sort(byCost) };
}

function readParts(request: EstimateCostRequest, violations: Violations): PromptParts {
  const read = (name: string, value: bigint | undefined): number =>
    value === undefined ? 0 : violations.whole(name, value, COUNT);
  const parts = {
    cachedInputTokens: read('cached_input_tokens', request.cachedInputTokens),
    cacheWriteTokens: read('cache_write_tokens', request.cacheWriteTokens),
    cacheWrite1hTokens: read('cache_write_1h_tokens', request.cacheWrite1hTokens),
  };
  const { inputTokens } = request.input ?? {};
  const sum = parts.cachedInputTokens + parts.cacheWriteTokens + parts.cacheWrite1hTokens;
  if (inputTokens !== undefined && BigInt(sum) > inputTokens) {
    violations.add('cached_input_tokens', 'with cache_write_tokens must not exceed input.input_tokens');
  }
  return parts;
}

/** A part that is longer than the prompt would be priced as a longer prompt. */
function checkCacheable(request: EstimateCostRequest, estimates: readonly ModelEstimate[]): void {
  const most = Math.min(...estimates.map(({ cacheableTokens }) => cacheableTokens));
  const given = CACHE_FIELDS.filter(({ field }) => (request[field] ?? 0n) > 0n);
  const sum = given.reduce((total, { field }) => total + Number(request[field]), 0);
  if (sum <= most) return;
  const violations = new Violations();
  const others = given.length > 1 ? 'with the other cached parts ' : '';
  const reason = `${others}must not exceed the prompt, counted as ${most} tokens without images and sound`;
  violations.add(given[0]!.name, `${reason}; state input.input_tokens where it is longer`);
  violations.throwIfAny();
}

const CACHE_FIELDS = [
  { name: 'cached_input_tokens', field: 'cachedInputTokens' },
  { name: 'cache_write_tokens', field: 'cacheWriteTokens' },
  { name: 'cache_write_1h_tokens', field: 'cacheWrite1hTokens' },
] as const;

/** The active models, or the one that was asked for whatever its status. */
function armsOf({ registry, arms }: DecisionSnapshot, name: string): readonly Arm[] {
  if (name === '') return arms.filter(({ model }) => model.status === 'active');
  const wanted = registry.resolve(name)?.model.id;
  if (wanted === undefined) throw new SextantError('UNKNOWN_MODEL', `there is no model "${name}"`);
  return arms.filter(({ model }) => model.id === wanted);
}

function byCost(a: ModelCost, b: ModelCost): number {
  if (a.cost === undefined || b.cost === undefined)
    return Number(a.cost === undefined) - Number(b.cost === undefined);
  const difference = a.cost.meanNanoUsd - b.cost.meanNanoUsd;
  return difference === 0n ? (a.model < b.model ? -1 : 1) : Number(difference);
}
