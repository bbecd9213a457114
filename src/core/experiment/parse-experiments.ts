import type { Checked, Fault, SchemaCheck } from '../fault.js';
import type { UseCase } from '../ids.js';
import { NANO_USD_PER_USD } from '../money.js';
import type { ModelId } from '../registry/model.js';
import type { VariantId } from '../prompts/prompt-variant.js';
import type {
  Covariate,
  ExperimentDefinition,
  ExperimentMetric,
  ExperimentUnit,
  LayerSlice,
} from './definition.js';
import { definitionFaults, type ExperimentSurroundings } from './experiment-faults.js';
import { overlapFault } from './overlap.js';

interface ArmEntry {
  readonly id: string;
  readonly description?: string;
  readonly weight: number;
  readonly bandit?: object;
  readonly budgets?: Readonly<Record<string, object>>;
  readonly policyVersion?: string;
  readonly model?: string;
  readonly promptVariant?: string;
}

/** An experiment as a file holds it. */
export interface ExperimentEntry {
  readonly id: string;
  readonly description?: string;
  readonly layer?: string;
  readonly slice?: LayerSlice;
  readonly useCases?: readonly string[];
  readonly tenants?: 'all';
  readonly unit: string;
  readonly salt?: string;
  readonly arms: readonly ArmEntry[];
  readonly control?: string;
  readonly holdout?: number;
  readonly ramp?: number;
  readonly metrics: readonly {
    readonly metric: ExperimentMetric;
    readonly capUsd?: number;
    readonly capMs?: number;
  }[];
  readonly guardrails?: readonly {
    readonly metric: ExperimentMetric;
    readonly worseBy: number;
    readonly relative?: boolean;
  }[];
  readonly alpha?: number;
  readonly minimumUnits?: number;
  readonly plannedUnits?: number;
  readonly covariate?: Covariate;
}

/** An experiment that may be started: what was written, and what it means. */
export interface DeclaredExperiment {
  readonly entry: ExperimentEntry;
  readonly definition: ExperimentDefinition;
}

const DEFAULT_MINIMUM_UNITS = 200;
const PLANNED_PER_MINIMUM = 10;
const DEFAULT_ALPHA = 0.05;

function unitOf(unit: string): ExperimentUnit {
  if (unit === 'request' || unit === 'tenant') return { kind: unit };
  return { kind: 'attribute', name: unit === 'session' ? 'session' : unit.slice('attribute:'.length) };
}

/** The meaning of an entry of the right shape, with the defaults filled in. */
export function definitionOf(entry: ExperimentEntry): ExperimentDefinition {
  const { id, useCases, covariate, minimumUnits = DEFAULT_MINIMUM_UNITS } = entry;
  return {
    id,
    description: entry.description ?? '',
    layer: entry.layer ?? 'default',
    slice: entry.slice ?? { from: 0, to: 1 },
    ...(useCases && { useCases: useCases as readonly UseCase[] }),
    allTenants: entry.tenants === 'all',
    unit: unitOf(entry.unit),
    salt: entry.salt ?? id,
    arms: entry.arms.map(({ id: arm, weight, description: _, ...change }) => ({
      id: arm,
      weight,
      change: change as { model?: ModelId; promptVariant?: VariantId },
    })),
    control: entry.control ?? entry.arms[0]!.id,
    holdout: entry.holdout ?? 0,
    ramp: entry.ramp ?? 1,
    metrics: entry.metrics.map(({ metric, capUsd, capMs }) => {
      const cap = capUsd === undefined ? capMs : capUsd * NANO_USD_PER_USD;
      return { metric, ...(cap !== undefined && { cap }) };
    }),
    guardrails: (entry.guardrails ?? []).map(({ metric, worseBy, relative = false }) => ({
      metric,
      worseBy: metric === 'cost' && !relative ? worseBy * NANO_USD_PER_USD : worseBy,
      relative,
    })),
    alpha: entry.alpha ?? DEFAULT_ALPHA,
    minimumUnits,
    plannedUnits: entry.plannedUnits ?? PLANNED_PER_MINIMUM * minimumUnits,
    ...(covariate && { covariate }),
  };
}

/**
 * Checks `rules/experiments.json` whole: every fault at its path, those of meaning as well as of shape, or the
 * experiments in the file's order.
 */
export function parseExperiments(
  { file, value }: { readonly file: string; readonly value: unknown },
  check: SchemaCheck,
  surroundings: ExperimentSurroundings,
): Checked<readonly DeclaredExperiment[]> {
  const shape = check(value, file);
  if (shape.length > 0) return { ok: false, faults: shape };
  const { experiments } = value as { experiments: readonly ExperimentEntry[] };
  const declared = experiments.map((entry) => ({ entry, definition: definitionOf(entry) }));
  const faults: Fault[] = [
    ...declared.flatMap((each, i) => declaredFaults(each, `experiments[${i}]`, surroundings)),
    ...clashes(declared.map(({ definition }) => definition)),
  ];
  return faults.length > 0
    ? { ok: false, faults: faults.map((fault) => ({ file, ...fault })) }
    : { ok: true, value: declared };
}

/** Checks one experiment as an entry of the file; paths go on from it, with a dot or a bracket, or are empty. */
export function parseExperiment(
  value: unknown,
  check: SchemaCheck,
  surroundings: ExperimentSurroundings,
): Checked<DeclaredExperiment> {
  const prefix = 'experiments[0]';
  const parsed = parseExperiments({ file: '', value: { experiments: [value] } }, check, surroundings);
  if (parsed.ok) return { ok: true, value: parsed.value[0]! };
  const faults = parsed.faults.map(({ path, reason, suggestion }) => ({
    path: path.startsWith(prefix) ? path.slice(prefix.length) : '',
    reason,
    ...(suggestion !== undefined && { suggestion }),
  }));
  return { ok: false, faults };
}

/** A cap in another metric's unit cannot be seen once it is converted. */
function declaredFaults(
  { entry, definition }: DeclaredExperiment,
  path: string,
  surroundings: ExperimentSurroundings,
): Fault[] {
  const caps = entry.metrics.flatMap(({ metric, capUsd, capMs }, i): Fault[] => [
    ...(capUsd !== undefined && metric !== 'cost'
      ? [{ path: `${path}.metrics[${i}].capUsd`, reason: `is for cost, not for ${metric}` }]
      : []),
    ...(capMs !== undefined && metric !== 'latency'
      ? [{ path: `${path}.metrics[${i}].capMs`, reason: `is for latency, not for ${metric}` }]
      : []),
  ]);
  return [...caps, ...definitionFaults(definition, path, surroundings)];
}

/** Everything in the file may run at once. */
function clashes(definitions: readonly ExperimentDefinition[]): Fault[] {
  return definitions.flatMap((definition, i) =>
    definitions.slice(0, i).flatMap((other, j): Fault[] => {
      if (other.id === definition.id)
        return [
          {
            path: `experiments[${i}].id`,
            reason: `"${definition.id}" is already the id of experiments[${j}]`,
          },
        ];
      const fault = overlapFault(definition, other, true);
      return fault === undefined ? [] : [{ ...fault, path: `experiments[${i}].${fault.path}` }];
    }),
  );
}
