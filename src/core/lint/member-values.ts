import { WEEKDAYS } from '../rules/clock.js';
import type { Condition, Literal } from '../rules/condition.js';
import { parseVersion } from '../rules/semver.js';
import { FACT_MEMBERS, MEMBER_WORDS, type FactName } from '../rules/vocabulary.js';

type Comparison = Condition & { readonly kind: 'compare' };

/** What a member of a fact may hold; `any` where that depends on the path behind it. */
type Kind =
  | { readonly is: 'words'; readonly words: readonly unknown[] }
  | { readonly is: 'number'; readonly low: number; readonly high: number }
  | { readonly is: 'text' | 'texts' | 'any' };

const AMOUNT: Kind = { is: 'number', low: 0, high: Infinity };
const FRACTION: Kind = { is: 'number', low: 0, high: 1 };
const FLAG: Kind = { is: 'words', words: [true, false] };
const TEXT: Kind = { is: 'text' };
const TEXTS: Kind = { is: 'texts' };
const ANY: Kind = { is: 'any' };
const whole = (low: number, high: number): Kind => ({
  is: 'words',
  words: Array.from({ length: high - low + 1 }, (_, i) => low + i),
});

const two = (n: number): string => String(n).padStart(2, '0');
/** Every minute of a week, as `clock` gives it at `$.dayTime`. */
const WEEK_MINUTES = WEEKDAYS.flatMap((day) =>
  Array.from({ length: 24 * 60 }, (_, i) => `${day} ${two(Math.floor(i / 60))}:${two(i % 60)}`),
);

const KINDS: Readonly<Record<string, Kind>> = {
  'request.useCase': TEXT,
  'request.attributes': TEXT,
  'request.batch': FLAG,
  'request.streaming': FLAG,
  'request.maxOutputTokens': AMOUNT,
  'profile.inputTokens': AMOUNT,
  'profile.complexity': FRACTION,
  'profile.dimensions': FRACTION,
  'profile.modalities': TEXTS,
  'profile.messageCount': AMOUNT,
  'model.id': TEXT,
  'model.provider': TEXT,
  'model.family': TEXT,
  'model.inputModalities': TEXTS,
  'model.outputModalities': TEXTS,
  'model.capabilities': TEXTS,
  'model.contextWindowTokens': AMOUNT,
  'model.maxOutputTokens': AMOUNT,
  'model.regions': TEXTS,
  'model.dataPolicies': TEXTS,
  'model.languages': TEXTS,
  'model.tags': TEXTS,
  'model.aliases': TEXTS,
  'estimate.inputTokens': AMOUNT,
  'estimate.outputTokens': AMOUNT,
  'estimate.totalTokens': AMOUNT,
  'estimate.costUsd': AMOUNT,
  'estimate.costUsdHigh': AMOUNT,
  'estimate.latencyMs': AMOUNT,
  'estimate.priced': FLAG,
  'budget.limited': FLAG,
  'budget.averageUsdPerRequest': AMOUNT,
  'budget.lambda': AMOUNT,
  'tenant.id': TEXT,
  'tenant.tags': TEXTS,
  'tenant.allowedModels': TEXTS,
  'clock.dayTime': { is: 'words', words: WEEK_MINUTES },
  'clock.hour': whole(0, 23),
  'clock.minute': whole(0, 59),
  'clock.dayOfWeek': whole(1, 7),
  'clock.isWeekday': FLAG,
  'clock.date': TEXT,
  'clock.epochMs': AMOUNT,
};

/** Members that may be missing; so may whatever stands behind a first member. */
const OPTIONAL = new Set([
  'request.maxOutputTokens',
  'model.family',
  'budget.averageUsdPerRequest',
  'tenant.allowedModels',
]);
/** Members whose own members are named in a path. */
const MAPS = new Set(['request.attributes', 'profile.dimensions']);

/** Operators that hold of texts which are no neighbours of their constants. */
const MIXED_BADLY = /^(matches|semver)/;

/** Lists are tried as all subsets of the items that conditions name: 2^8 of them at most. */
const SUBSET_ITEMS_MAX = 8;
/** Beyond any word that a person writes. */
const OTHER_WORD = '\uffff';

function scalarsOf(literal: Literal, found: Set<unknown>): void {
  if (Array.isArray(literal)) for (const item of literal as readonly Literal[]) scalarsOf(item, found);
  else found.add(literal);
}

/** The numbers that conditions name, what lies between and beyond them, and the bounds. */
function numbersAround(scalars: ReadonlySet<unknown>, low: number, high: number): number[] {
  const named = [...scalars].map(Number).filter(Number.isFinite);
  const sorted = [...new Set([...named, low, high].filter(Number.isFinite))].sort((a, b) => a - b);
  const between = sorted.slice(1).map((n, i) => (n + sorted[i]!) / 2);
  const beyond = [(sorted[0] ?? 0) - 1, (sorted.at(-1) ?? 0) + 1];
  return [...sorted, ...between, ...beyond].filter((n) => n >= low && n <= high);
}

/** The texts that conditions name, one right after each, the first and the last of all. */
function textsAround(scalars: ReadonlySet<unknown>): string[] {
  const named = [...scalars].filter((scalar) => typeof scalar === 'string');
  const numbers = [...scalars].some((scalar) => typeof scalar === 'number')
    ? numbersAround(scalars, -Infinity, Infinity).map(String)
    : [];
  return [
    '',
    OTHER_WORD,
    ...named.flatMap((text) => [text, `${text}\u0001`, ...versionsAround(text)]),
    ...numbers,
  ];
}

/** Before a version, as its release, right after it, and before and after all. */
function versionsAround(text: string): string[] {
  const version = parseVersion(text);
  if (version === undefined) return [];
  const [major, minor, patch] = version.numbers;
  const core = `${major}.${minor}.${patch}`;
  return [
    `${core}-0`,
    core,
    `${text.split('+')[0]}.0`,
    `${major}.${minor}.${patch + 1}`,
    '0.0.0-0',
    `${major + 1}.0.0`,
  ];
}

function subsets(items: readonly unknown[]): unknown[][] {
  return items.reduce<unknown[][]>((all, item) => [...all, ...all.map((list) => [...list, item])], [[]]);
}

/** What a comparison's left side holds, in a word; undefined where that is not known. */
export function typeOfMember(comparison: Comparison): 'flag' | 'number' | 'text' | 'list' | undefined {
  const { kind } = kindOf(comparison);
  if (kind === FLAG) return 'flag';
  if (kind.is === 'texts') return 'list';
  if (kind.is === 'number' || kind.is === 'text') return kind.is;
  return kind.is === 'words' ? (typeof kind.words[0] === 'number' ? 'number' : 'text') : undefined;
}

function kindOf({ left: { fact, segments } }: Comparison): { kind: Kind; isOptional: boolean } {
  const [member, ...rest] = segments;
  const name = `${fact}.${member}`;
  const isWhole = rest.length === 0;
  const words = MEMBER_WORDS.get(name);
  const isOfMap = MAPS.has(name) && rest.length === 1;
  if (!isWhole && !isOfMap) return { kind: ANY, isOptional: true };
  if (isWhole && words !== undefined && !KINDS[name])
    return { kind: { is: 'words', words }, isOptional: false };
  const kind = isWhole && MAPS.has(name) ? ANY : (KINDS[name] ?? ANY);
  return { kind, isOptional: isOfMap || kind.is === 'any' || OPTIONAL.has(name) };
}

/**
 * Values of one member that tell these comparisons apart: whatever they hold of any value, they hold of one of
 * these. Undefined where there are too many to try.
 */
export function tellingValues(comparisons: readonly Comparison[]): readonly unknown[] | undefined {
  const [first] = comparisons;
  if (first === undefined) return [];
  if (comparisons.length > 1 && comparisons.some(({ chain }) => MIXED_BADLY.test(chain.operator))) {
    // A text that a pattern or a version asks for together with something else may be none that either names.
    const isOfOneKind = comparisons.every(({ chain }) =>
      /^semver|^(equal|notEqual|in|notIn)$/.test(chain.operator),
    );
    if (!isOfOneKind) return undefined;
  }
  const scalars = new Set<unknown>();
  for (const { right } of comparisons) if (right.kind === 'literal') scalarsOf(right.value, scalars);
  const { kind, isOptional } = kindOf(first);
  const values = valuesOf(kind, scalars);
  return values && isOptional ? [undefined, ...values] : values;
}

function valuesOf(kind: Kind, scalars: ReadonlySet<unknown>): readonly unknown[] | undefined {
  switch (kind.is) {
    case 'words':
      return kind.words;
    case 'number':
      return numbersAround(scalars, kind.low, kind.high);
    case 'text':
      return textsAround(scalars);
    case 'texts': {
      const items = [...new Set<unknown>([...scalars, OTHER_WORD])];
      return items.length > SUBSET_ITEMS_MAX ? undefined : subsets(items);
    }
    case 'any': {
      const lists = valuesOf(TEXTS, scalars);
      const plain = [
        null,
        true,
        false,
        ...numbersAround(scalars, -Infinity, Infinity),
        ...textsAround(scalars),
      ];
      return lists && [...plain, ...scalars, ...lists];
    }
  }
}

/** Members that no kind is known of, so that a test can hold this list and the vocabulary together. */
export function membersWithoutKind(): string[] {
  return (Object.keys(FACT_MEMBERS) as FactName[])
    .flatMap((fact) => FACT_MEMBERS[fact].map((member) => `${fact}.${member}`))
    .filter((name) => KINDS[name] === undefined && !MEMBER_WORDS.has(name));
}
