import type { ComplexityFit } from '../../core/complexity/fit/fit-complexity.js';
import { FAMILIES_LEAST } from '../../core/complexity/fit/folds.js';
import type { FitExample } from '../../core/complexity/fit/example.js';
import type { ComplexitySettings } from '../../core/complexity/settings.js';
import { COMPLEXITY_DIMENSIONS } from '../../core/profile.js';
import { table } from '../demo/table.js';

const four = (value: number): string => value.toFixed(4);

/** Examples by source: how many, and the mean of their targets. */
export function sourcesText(examples: readonly FitExample[]): string {
  const bySource = new Map<string, { family: string; examples: number; target: number }>();
  for (const { source, family, target } of examples) {
    const known = bySource.get(source) ?? { family, examples: 0, target: 0 };
    known.examples += 1;
    known.target += target;
    bySource.set(source, known);
  }
  const rows = [...bySource]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([source, { family, examples: n, target }]) => [source, family, String(n), four(target / n)]);
  return `${table(['source', 'family', 'examples', 'mean target'], rows)}\n`;
}

/** How the dimensions were chosen, and how well the fit tells what it did not see. */
export function fitText(fit: ComplexityFit): string {
  const { byFamily, steps, folds, concordance, slope, wordPenalty, calibration } = fit;
  const unseen = byFamily ? 'families left out' : 'fifths of each source left out';
  const chosen = steps.map((step) => [
    step.dimension,
    four(step.gain),
    four(step.standardError),
    step.kept ? 'kept' : 'no more than chance: stop',
  ]);
  const left = folds.map(({ name, examples, concordance: reached }) => [
    name,
    String(examples),
    reached === undefined ? '–' : four(reached),
  ]);
  return [
    `Dimensions, each by what it adds to the AUC within sources, ${unseen}`,
    table(['dimension', 'gain', 'standard error', ''], chosen),
    '',
    `AUC within sources, ${unseen}; 0.5 is chance`,
    table(['left out', 'examples', 'AUC'], [...left, ['mean', '', four(concordance)]]),
    '',
    ...(byFamily
      ? []
      : [`Fewer than ${FAMILIES_LEAST} families: this says nothing of sources that are not here.`]),
    ...(wordPenalty === undefined ? [] : [`Penalty of words: ${wordPenalty}`]),
    `Slope of held-out scores: ${four(slope)}; weights are multiplied by it`,
    `Brier score ${four(calibration.brier)}, of one probability for all ${four(calibration.brierOfMean)}; ` +
      `calibration error ${four(calibration.error)}`,
    '',
  ].join('\n');
}

/** Old and new values side by side. */
export function differenceText(before: ComplexitySettings | undefined, after: ComplexitySettings): string {
  const valuesOf = (settings: ComplexitySettings | undefined): Record<string, number | undefined> => ({
    ...Object.fromEntries(COMPLEXITY_DIMENSIONS.map((name) => [`weights.${name}`, settings?.weights[name]])),
    'logistic.intercept': settings?.logistic?.intercept,
    'logistic.words (number)': settings?.logistic?.words?.length,
    'thresholds.medium': settings?.thresholds.medium,
    'thresholds.high': settings?.thresholds.high,
  });
  const old = valuesOf(before);
  const rows = Object.entries(valuesOf(after))
    .filter(([name, value]) => value !== undefined || old[name] !== undefined)
    .map(([name, value]) => [name, String(old[name] ?? '–'), String(value ?? '–')]);
  return `${table(['complexity.json', 'now', 'fitted'], rows)}\n`;
}
