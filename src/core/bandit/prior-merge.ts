import type { ComplexityLevel } from '../profile.js';
import type { FittedPrior, PriorPlace } from './fit-priors.js';
import type { PriorsFile } from './parse-priors.js';
import type { ArmPriors } from './priors.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Overrides = Record<string, Partial<Mutable<ArmPriors>>>;
interface Scope {
  models?: Overrides;
  levels?: Partial<Record<ComplexityLevel, { models?: Overrides }>>;
}
type Draft = Scope & Pick<PriorsFile, 'default'> & { useCases?: Record<string, Scope> };

export interface MergedPriors {
  readonly file: PriorsFile;
  /** What was left as the file had it. */
  readonly kept: ReadonlySet<FittedPrior>;
}

/**
 * Puts fitted priors into a file's value, metric by metric. What the file states at the same place stays, as someone
 * may have written it by hand, unless `replace`; the default is never changed.
 */
export function mergePriors(
  file: PriorsFile,
  fitted: readonly FittedPrior[],
  { replace }: { readonly replace: boolean },
): MergedPriors {
  const draft = structuredClone(file) as Draft;
  const kept = new Set<FittedPrior>();
  for (const prior of fitted) {
    const own = (modelsAt(draft, prior)[prior.model] ??= {});
    if (own[prior.metric] !== undefined && !replace) kept.add(prior);
    else Object.assign(own, { [prior.metric]: prior.prior });
  }
  return { file: draft, kept };
}

function modelsAt(draft: Draft, { useCase, level }: PriorPlace): Overrides {
  let scope: Scope = draft;
  if (useCase !== undefined) {
    const useCases = (draft.useCases ??= {});
    // A use case may be called like a member that every object inherits.
    if (!Object.hasOwn(useCases, useCase)) useCases[useCase] = {};
    scope = useCases[useCase]!;
  }
  if (level === undefined) return (scope.models ??= {});
  const levels = (scope.levels ??= {});
  return ((levels[level] ??= {}).models ??= {});
}

const INDENT = '  ';

/** The file's text: a metric to a line, as people write it. */
export function priorsFileText(file: PriorsFile): string {
  return `${formatted(file, '')}\n`;
}

function formatted(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  if (entries.every(([, member]) => typeof member === 'number')) {
    return `{ ${entries.map(([name, member]) => `${JSON.stringify(name)}: ${member}`).join(', ')} }`;
  }
  const inner = indent + INDENT;
  const lines = entries.map(
    ([name, member]) => `${inner}${JSON.stringify(name)}: ${formatted(member, inner)}`,
  );
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
