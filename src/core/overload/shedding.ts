/** What is refused under overload, the dispensable first. */
export const SHED_ORDER = ['insight', 'explain', 'select'] as const;
export type Sheddable = (typeof SHED_ORDER)[number];

/** How much is refused at present. */
export interface Shedding {
  /** Windows in a row that were overloaded. */
  readonly overloadedWindows: number;
  /** How many of SHED_ORDER are refused, the last of them in part. */
  readonly level: number;
  /** The share of Selects that is refused, where they are. */
  readonly selectShare: number;
}

export const NO_SHEDDING: Shedding = { overloadedWindows: 0, level: 0, selectShare: 0 };

/** One slow window is a garbage collection; two are a state. */
const WINDOWS_BEFORE = 2;
/** Selects are refused in steps, so that load settles at what can be carried. */
const SELECT_STEP_UP = 0.25;
const SELECT_STEP_DOWN = 0.1;
/** Some get through always: a server that takes none would not notice that it could. */
const SELECT_SHARE_MOST = 0.9;

/** The state after one more window: up by a class while it is overloaded, and down again by one. */
export function nextShedding(now: Shedding, isOverloaded: boolean): Shedding {
  if (isOverloaded) {
    const overloadedWindows = now.overloadedWindows + 1;
    if (overloadedWindows < WINDOWS_BEFORE) return { ...now, overloadedWindows };
    const level = Math.min(SHED_ORDER.length, now.level + 1);
    const selectShare =
      level < SHED_ORDER.length ? 0 : Math.min(SELECT_SHARE_MOST, now.selectShare + SELECT_STEP_UP);
    return { overloadedWindows, level, selectShare };
  }
  const selectShare = Math.max(0, now.selectShare - SELECT_STEP_DOWN);
  const isSelectDone = now.level < SHED_ORDER.length || selectShare < 1e-9;
  return {
    overloadedWindows: 0,
    level: isSelectDone ? Math.max(0, now.level - 1) : now.level,
    selectShare: isSelectDone ? 0 : selectShare,
  };
}
