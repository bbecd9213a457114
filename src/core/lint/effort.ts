/** Steps that all questions of one kind may take together: some half a second. */
const STEPS_MAX = 3_000_000;
/** Steps of one question, so that a hard one leaves something for the rest. */
const QUESTION_STEPS_MAX = 400_000;

/** Steps of holding a pattern against a text, or of reading a version. */
export const PARSING_STEPS = 4;

/**
 * How much more may be tried. A step is a node visited, a claim copied or a comparison tried. Counted, not timed, so
 * that one policy has the same warnings on every machine.
 */
export class Effort {
  private left: number;
  private question: number;

  constructor(
    steps = STEPS_MAX,
    private readonly perQuestion = QUESTION_STEPS_MAX,
  ) {
    this.left = steps;
    this.question = perQuestion;
  }

  /** Begins a new question. */
  ask(): void {
    this.question = this.perQuestion;
  }

  /** Takes steps; false where there are none left, for this question or at all. */
  spend(steps: number): boolean {
    this.left -= steps;
    this.question -= steps;
    return this.left >= 0 && this.question >= 0;
  }
}
