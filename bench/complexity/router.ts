import { concordance } from '../../src/core/complexity/fit/concordance.js';
import { shippedPolicy } from '../core/shipped-policy.js';
import { percent, three } from '../quality/report.js';
import {
  answeredExamples,
  compositeUnder,
  fitted,
  fitWithout,
  openSet,
  SHIPPED_FIT,
  type AnsweredExample,
} from './answered-prompts.js';
import { routerQuality } from './apgr.js';
import { litellmScore } from './litellm-baseline.js';
import type { SectionContext } from './section.js';

interface Domain {
  readonly dataset: string;
  readonly outOfFamily: number;
  readonly inDomain: number;
  /** RouteLLM's matrix factorisation, without labels of the domain. */
  readonly published: number;
}

const DOMAINS: readonly Domain[] = [
  { dataset: 'mmlu', outOfFamily: 0.575, inDomain: 0.65, published: 0.524 },
  { dataset: 'gsm8k', outOfFamily: 0.575, inDomain: 0.62, published: 0.475 },
];
const PARTS = 5;
const WORDS = 4_096;

/** One way to order prompts. */
interface Router {
  readonly name: string;
  readonly key: string;
  readonly scores: readonly number[];
  readonly asked?: number;
}

/** RouteLLM's MMLU and GSM8K with the composite as the router between a weak and a strong model. */
export async function routerSection({ dataFolder, report }: SectionContext): Promise<void> {
  const { complexity } = await shippedPolicy();
  const set = openSet(dataFolder, 'routellm');
  for (const { dataset, outOfFamily, inDomain, published } of DOMAINS) {
    const some = { ...set, prompts: set.prompts.filter((prompt) => prompt.dataset === dataset) };
    const prompts = answeredExamples(some, SHIPPED_FIT);
    const under = (settings: typeof complexity): number[] =>
      prompts.map(({ text }) => compositeUnder(text, settings));
    const left = fitWithout(dataFolder, prompts[0]!.example.family);
    const learned = answeredExamples(some, { ...SHIPPED_FIT, target: 'gain', words: WORDS });
    const lengthAlone = prompts.map(({ text }) => text.length);
    const routers: Router[] = [
      { key: 'length', name: 'length in characters, unfitted', scores: lengthAlone },
      { key: 'litellm', name: "LiteLLM's weights", scores: prompts.map(({ text }) => litellmScore(text)) },
      {
        key: 'out_of_family',
        name: 'composite, family left out',
        scores: under(left.settings),
        asked: outOfFamily,
      },
      { key: 'shipped', name: 'composite as shipped (saw these prompts)', scores: under(complexity) },
      {
        key: 'in_domain_dimensions',
        name: 'in domain, dimensions, cross-validated',
        scores: crossed(prompts),
      },
      {
        key: 'in_domain',
        name: `in domain, ${WORDS} hashed words, cross-validated`,
        scores: crossed(learned),
        asked: inDomain,
      },
    ];
    report.heading(`routellm ${dataset}: ${prompts.length} prompts, the composite as router`);
    const gains = prompts.map(({ gain }) => gain);
    const rows = routers.map(({ key, name, scores, asked }) => {
      const { apgr, cpt50, cpt80 } = routerQuality({ scores, gains });
      const auc = aucOf(scores, prompts);
      report.figure(`router.${dataset}.${key}.apgr`, apgr);
      report.figure(`router.${dataset}.${key}.auc`, auc);
      const met = asked === undefined ? '' : report.check(`router.${dataset}.${key}`, apgr >= asked);
      const floor = asked === undefined ? '' : three(asked);
      return [name, three(apgr), floor, met, percent(cpt50), percent(cpt80), three(auc)];
    });
    const cited = ['published matrix factorisation, no labels of the domain', three(published)];
    report.table(
      ['router', 'APGR', 'asked', 'met', 'CPT 50 %', 'CPT 80 %', 'AUC'],
      [...rows, [...cited, '', '', '', '', '']],
    );
    const chosen = left.steps.filter(({ kept }) => kept).map(({ dimension }) => dimension);
    report.note(`dimensions that the fit without this family chose: ${chosen.join(', ')}`);
  }
}

/** Composites by fits that did not see the prompt: each fifth is scored by a fit on the other four. */
function crossed(prompts: readonly AnsweredExample[]): number[] {
  const scores = new Array<number>(prompts.length);
  for (let part = 0; part < PARTS; part++) {
    const { settings } = fitted(prompts.filter((_, i) => partOf(i) !== part).map(({ example }) => example));
    prompts.forEach(({ text }, i) => {
      if (partOf(i) === part) scores[i] = compositeUnder(text, settings);
    });
  }
  return scores;
}

/** Neighbours come from one subject: they go to different fifths. */
const partOf = (index: number): number => index % PARTS;

function aucOf(scores: readonly number[], prompts: readonly AnsweredExample[]): number {
  const targets = prompts.map(({ example }) => example.target);
  return concordance({ scores, targets, groups: targets.map(() => 0), rows: targets.keys() }) ?? Number.NaN;
}
