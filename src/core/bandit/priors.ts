import type { UseCase } from '../ids.js';
import { COMPLEXITY_LEVELS, type ComplexityLevel } from '../profile.js';
import type { ModelId } from '../registry/model.js';

/** A Beta prior as people state it: a mean, and how many outcomes it is worth. */
export interface RatePrior {
  /** In (0, 1). */
  readonly mean: number;
  /** Pseudo-observations, positive. */
  readonly strength: number;
}

/** A log-normal prior: its median, the standard deviation of the logarithm, and its worth in outcomes. */
export interface LogNormalPrior {
  readonly median: number;
  readonly sigma: number;
  readonly strength: number;
}

export interface ArmPriors {
  readonly quality: RatePrior;
  readonly success: RatePrior;
  readonly outputTokens: LogNormalPrior;
  readonly latencyMs: LogNormalPrior;
  /** Where absent, those of `SPEED_PRIORS`. */
  readonly timeToFirstTokenMs?: LogNormalPrior;
  /** From token to token after the first. */
  readonly msPerOutputToken?: LogNormalPrior;
  /** Of answers with thinking. */
  readonly thinkingTokens?: LogNormalPrior;
}

/** Overrides per model, metric by metric. */
export type PriorOverrides = Readonly<Record<ModelId, Partial<ArmPriors>>>;
/** Overrides per model at some levels of complexity. */
export type LevelOverrides = Readonly<Partial<Record<ComplexityLevel, PriorOverrides>>>;

export interface UseCasePriors {
  readonly models: PriorOverrides;
  readonly levels: LevelOverrides;
}

/** `rules/priors.json`: what is believed before the first outcome. */
export interface Priors {
  readonly default: ArmPriors;
  readonly models: PriorOverrides;
  readonly levels: LevelOverrides;
  readonly useCases: ReadonlyMap<UseCase, UseCasePriors>;
}

/** Priors by the level of a request; `any` where levels are left out of account. */
export type PriorsByLevel = Readonly<Record<ComplexityLevel | 'any', ArmPriors>>;

/** The priors of one model, worked out once, so that a decision only looks them up. */
export interface ModelPriors {
  /** In use cases that state nothing of the model. */
  readonly elsewhere: PriorsByLevel;
  readonly useCases: ReadonlyMap<UseCase, PriorsByLevel>;
}

/**
 * The most specific prior wins, metric by metric: use case, level and model; use case and model; level and model;
 * model; default.
 */
export function modelPriors(priors: Priors, model: ModelId): ModelPriors {
  const base = priorsFor(priors, model);
  const useCases = new Map<UseCase, PriorsByLevel>();
  for (const [useCase, { models, levels }] of priors.useCases) {
    if (models[model] === undefined && !COMPLEXITY_LEVELS.some((level) => levels[level]?.[model])) continue;
    const byLevel = (level: ComplexityLevel): ArmPriors =>
      joined(base, priors.levels[level]?.[model], models[model], levels[level]?.[model]);
    useCases.set(useCase, { ...eachLevel(byLevel), any: joined(base, models[model]) });
  }
  const elsewhere = eachLevel((level) => joined(base, priors.levels[level]?.[model]));
  return { elsewhere: { ...elsewhere, any: base }, useCases };
}

/** The prior of a request; without a level, what is stated for levels is left out of account. */
export function priorsAt(table: ModelPriors, useCase: UseCase, level?: ComplexityLevel): ArmPriors {
  return (table.useCases.get(useCase) ?? table.elsewhere)[level ?? 'any'];
}

/** The prior of a model whatever the request: its own where stated, else the default, metric by metric. */
export function priorsFor(priors: Priors, model: ModelId): ArmPriors {
  return joined(priors.default, priors.models[model]);
}

/** The base itself where nothing overrides it, so that equal priors stay one object. */
function joined(base: ArmPriors, ...overrides: readonly (Partial<ArmPriors> | undefined)[]): ArmPriors {
  return overrides.reduce<ArmPriors>(
    (prior, own) => (own === undefined ? prior : { ...prior, ...own }),
    base,
  );
}

function eachLevel(priorsOf: (level: ComplexityLevel) => ArmPriors): Record<ComplexityLevel, ArmPriors> {
  return { low: priorsOf('low'), medium: priorsOf('medium'), high: priorsOf('high') };
}
