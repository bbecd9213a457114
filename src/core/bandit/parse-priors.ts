import type { Checked, Fault, SchemaCheck } from '../fault.js';
import type { UseCase } from '../ids.js';
import type { Model } from '../registry/model.js';
import { suggestWord } from '../closest-word.js';
import { COMPLEXITY_LEVELS, type ComplexityLevel } from '../profile.js';
import type { ArmPriors, PriorOverrides, Priors } from './priors.js';

interface Scope {
  readonly models?: PriorOverrides;
}

interface LeveledScope extends Scope {
  readonly levels?: Readonly<Partial<Record<ComplexityLevel, Scope>>>;
}

/** `rules/priors.json` as its schema has it. */
export interface PriorsFile extends LeveledScope {
  readonly $schema?: string;
  readonly default: ArmPriors;
  readonly useCases?: Readonly<Record<string, LeveledScope>>;
}

/** What requests may call a use case. */
export const USE_CASE_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Checks `rules/priors.json` whole: every fault at once, or the priors. */
export function parsePriors(
  { file, value }: { readonly file: string; readonly value: unknown },
  check: SchemaCheck,
  known: { readonly models: readonly Model[] },
): Checked<Priors> {
  const faults: Fault[] = check(value, file);
  if (faults.length > 0) return { ok: false, faults };
  const source = value as PriorsFile;
  const ids: readonly string[] = known.models.map((model) => model.id);
  const useCases = Object.entries(source.useCases ?? {});
  for (const { path, models } of scopesOf(source)) {
    for (const id of Object.keys(models).filter((name) => !ids.includes(name))) {
      const reason = 'is not a model of models.json';
      faults.push({ file, path: `${path}[${JSON.stringify(id)}]`, reason, ...suggestWord(id, ids) });
    }
  }
  for (const [name] of useCases) {
    if (USE_CASE_NAME.test(name)) continue;
    const reason = `no request can have this use case: names match ${USE_CASE_NAME.source}`;
    faults.push({ file, path: pathOf(name), reason });
  }
  if (faults.length > 0) return { ok: false, faults };
  const { default: base, models = {} } = source;
  return {
    ok: true,
    value: {
      default: base,
      models,
      levels: levelsOf(source),
      useCases: new Map(
        useCases.map(([name, scope]) => [
          name as UseCase,
          { models: scope.models ?? {}, levels: levelsOf(scope) },
        ]),
      ),
    },
  };
}

function levelsOf({ levels = {} }: LeveledScope): Partial<Record<ComplexityLevel, PriorOverrides>> {
  return Object.fromEntries(COMPLEXITY_LEVELS.map((level) => [level, levels[level]?.models ?? {}]));
}

/** Every place of the file that names models. */
function scopesOf(source: PriorsFile): { readonly path: string; readonly models: PriorOverrides }[] {
  const within = (prefix: string, { models = {}, levels = {} }: LeveledScope) => [
    { path: `${prefix}models`, models },
    ...COMPLEXITY_LEVELS.map((level) => ({
      path: `${prefix}levels.${level}.models`,
      models: levels[level]?.models ?? {},
    })),
  ];
  const ofUseCases = Object.entries(source.useCases ?? {}).flatMap(([name, scope]) =>
    within(`${pathOf(name)}.`, scope),
  );
  return [...within('', source), ...ofUseCases];
}

/** As the schema's faults spell it. */
const pathOf = (useCase: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(useCase) ? `useCases.${useCase}` : `useCases[${JSON.stringify(useCase)}]`;
