import { Engine, Operator, OperatorDecorator } from 'json-rules-engine';
import { clockAt } from '../../../src/core/rules/clock.js';

export type FactValues = Readonly<Record<string, unknown>>;

export interface RuleDocument {
  readonly conditions?: Readonly<Record<string, object>>;
  readonly rules: readonly {
    readonly name: string;
    readonly priority?: number;
    readonly conditions: object;
    readonly event: object;
  }[];
}

/** A second, deliberately dumb reading of plain paths. */
function resolvePath(value: object, path: string): unknown {
  const steps = [...path.matchAll(/\.([\w-]+)|\[(\d+)\]|\[['"]([^'"]+)['"]\]/g)].map(
    (m) => m[1] ?? m[2] ?? m[3] ?? '',
  );
  let at: unknown = value;
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.prototype.hasOwnProperty.call(at, step))
      return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}

type Evaluate = (fact: unknown, value: unknown) => boolean;
interface OperatorTable {
  readonly operators: Map<string, { readonly name: string; readonly evaluate: Evaluate }>;
  readonly decorators: Map<
    string,
    {
      readonly name: string;
      readonly cb: (fact: unknown, value: unknown, next: Evaluate) => boolean;
      readonly factValueValidator: (fact: unknown) => boolean;
    }
  >;
}

/** Makes every operator and decorator of one engine false where it would throw. */
function makeTotal(engine: Engine): void {
  const { operators, decorators } = (engine as unknown as { operators: OperatorTable }).operators;
  for (const operator of [...operators.values()]) {
    const total: Evaluate = (fact, value) => {
      try {
        return operator.evaluate(fact, value);
      } catch {
        return false;
      }
    };
    engine.addOperator(new Operator(operator.name, total));
  }
  for (const { name, cb, factValueValidator } of [...decorators.values()]) {
    const total = (fact: unknown, value: unknown, next: Evaluate) => {
      try {
        return cb(fact, value, next);
      } catch {
        return false;
      }
    };
    engine.addOperatorDecorator(new OperatorDecorator(name, total, factValueValidator));
  }
}

/** A new engine for one evaluation: a shared one loses events when its runs interleave. */
export function freshEngine(document: RuleDocument, options: { readonly total: boolean }): Engine {
  const engine = new Engine([], { allowUndefinedFacts: true, pathResolver: resolvePath });
  if (options.total) makeTotal(engine);
  // The engine keeps and changes what it is given.
  const { conditions, rules } = structuredClone(document);
  for (const [name, condition] of Object.entries(conditions ?? {}))
    engine.setCondition(name, condition as never);
  for (const rule of rules) engine.addRule(rule as never);
  return engine;
}

function addFacts(engine: Engine, facts: FactValues, epochMs: number): void {
  for (const [name, value] of Object.entries(facts)) engine.addFact(name, value);
  engine.addFact('clock', (params) => clockAt(epochMs, (params['timeZone'] as string | undefined) ?? 'UTC'));
}

export interface LibraryRun {
  /** Names of the rules that fired, in the library's order. */
  readonly fired: readonly string[];
  /** Whether the library as it is threw, so that the answer is that of its total form. */
  readonly threw: boolean;
}

/** What json-rules-engine says fires. */
export async function runLibrary(
  document: RuleDocument,
  facts: FactValues,
  epochMs: number,
): Promise<LibraryRun> {
  const run = async (total: boolean) => {
    const engine = freshEngine(document, { total });
    addFacts(engine, facts, epochMs);
    const { results } = await engine.run();
    return results.map((result) => result.name);
  };
  try {
    return { fired: await run(false), threw: false };
  } catch {
    return { fired: await run(true), threw: true };
  }
}
