/** Numbers that a verdict was made of, by name; finite, so that they can be written as JSON. */
export type Figures = Readonly<Record<string, number>>;

/** What a gate says of a candidate: that it waits, goes a step further within the gate, or is done with it. */
export interface Verdict {
  readonly result: 'wait' | 'step' | 'passed' | 'skipped' | 'failed';
  /** Plain sentences: what was found, and why it is so. */
  readonly findings: readonly string[];
  readonly figures: Figures;
}

type Numbers = Readonly<Record<string, number | undefined>>;

/** Numbers by name, without those that are absent or not finite. */
export const figuresOf = (...numbers: readonly Numbers[]): Figures =>
  Object.fromEntries(
    numbers
      .flatMap((each) => Object.entries(each))
      .filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  );

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export const signed = (value: number, digits = 4): string =>
  `${value >= 0 ? '+' : ''}${value.toFixed(digits)}`;
