/**
 * Public data sets that share prompts or are made alike, whatever collection they come from: what is fitted on one is
 * not tested on its kin. Any other data set is a family of its own.
 */
const KIN: readonly (readonly [family: string, dataset: RegExp])[] = [
  ['grade-school maths', /gsm8k|mgsm/],
  ['arc', /arc/],
  ['openbook', /openbook/],
  ['winogrande', /winogr/],
  ['mmlu', /mmlu/],
  ['mbpp, human-eval', /mbpp|human_eval/],
  ['natural and trivia QA', /natural_qa|trivia_qa/],
  ['big-bench hard', /bbh/],
];

/** @param dataset such as `llmrouter/mmlu`; what is before the last slash names the collection. */
export function sourceFamily(dataset: string): string {
  const kin = KIN.find(([, pattern]) => pattern.test(dataset));
  return kin === undefined ? dataset.slice(dataset.lastIndexOf('/') + 1) : kin[0];
}
