export type JsonChangeKind = 'added' | 'removed' | 'changed' | 'reordered';

/** One difference between two JSON values. */
export interface JsonChange {
  readonly kind: JsonChangeKind;
  /** JSON Pointer (RFC 6901) into the value after, or into the one before where it was removed. */
  readonly pointer: string;
  /** Name of the innermost named list element that it is, or is in; empty where there is none. */
  readonly element: string;
  /** Absent where it was added or reordered. */
  readonly before?: unknown;
  /** Absent where it was removed or reordered. */
  readonly after?: unknown;
}

/** Where in the two values we are. */
interface Place {
  readonly pointer: string;
  readonly element: string;
}

type Json = Readonly<Record<string, unknown>>;
interface Pair<T> {
  readonly before: T;
  readonly after: T;
}

/**
 * What differs between two JSON values, in the order of the value after.
 *
 * Lists whose elements all have an `id`, or all a `name`, of their own are compared by it, so that an
 * element that is put in front does not change all behind it; any other list is compared by position.
 * The order of an object's members means nothing. `undefined` stands for no value at all.
 */
export function diffJson(before: unknown, after: unknown): readonly JsonChange[] {
  const changes: JsonChange[] = [];
  compare({ before, after }, { pointer: '', element: '' }, changes);
  return changes;
}

function compare({ before, after }: Pair<unknown>, place: Place, changes: JsonChange[]): void {
  if (before === undefined && after === undefined) return;
  if (before === undefined) changes.push({ kind: 'added', ...place, after });
  else if (after === undefined) changes.push({ kind: 'removed', ...place, before });
  else if (Array.isArray(before) && Array.isArray(after)) compareLists({ before, after }, place, changes);
  else if (isObject(before) && isObject(after)) compareObjects({ before, after }, place, changes);
  else if (!Object.is(before, after)) changes.push({ kind: 'changed', ...place, before, after });
}

function compareObjects({ before, after }: Pair<Json>, place: Place, changes: JsonChange[]): void {
  const former = new Map(Object.entries(before));
  for (const [name, value] of former) {
    if (!Object.hasOwn(after, name))
      compare({ before: value, after: undefined }, member(place, name), changes);
  }
  for (const [name, value] of Object.entries(after)) {
    compare({ before: former.get(name), after: value }, member(place, name), changes);
  }
}

function compareLists(lists: Pair<readonly unknown[]>, place: Place, changes: JsonChange[]): void {
  const key = (['id', 'name'] as const).find((name) => names(lists.before, name) && names(lists.after, name));
  if (key !== undefined && lists.before.length + lists.after.length > 0) {
    compareByName(lists as Pair<readonly Json[]>, { key, place }, changes);
    return;
  }
  const { before, after } = lists;
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    compare({ before: before[i], after: after[i] }, member(place, String(i)), changes);
  }
}

function compareByName(
  { before, after }: Pair<readonly Json[]>,
  { key, place }: { key: string; place: Place },
  changes: JsonChange[],
): void {
  const nameOf = (element: Json): string => element[key] as string;
  const at = (i: number, element: string): Place => ({ pointer: `${place.pointer}/${i}`, element });
  const known = new Map(before.map((element) => [nameOf(element), element]));
  const kept = new Set(after.map(nameOf));
  before.forEach((element, i) => {
    const name = nameOf(element);
    if (!kept.has(name)) compare({ before: element, after: undefined }, at(i, name), changes);
  });
  after.forEach((element, i) => {
    const name = nameOf(element);
    compare({ before: known.get(name), after: element }, at(i, name), changes);
  });
  const orderBefore = before.map(nameOf).filter((name) => kept.has(name));
  const orderAfter = after.map(nameOf).filter((name) => known.has(name));
  if (orderBefore.some((name, i) => name !== orderAfter[i])) changes.push({ kind: 'reordered', ...place });
}

/** Whether every element is an object with a text of its own under the name. */
function names(list: readonly unknown[], key: string): boolean {
  const found = new Set<string>();
  for (const element of list) {
    if (!isObject(element)) return false;
    const name = element[key];
    if (typeof name !== 'string' || found.has(name)) return false;
    found.add(name);
  }
  return true;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const member = ({ pointer, element }: Place, name: string): Place => ({
  pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
  element,
});
