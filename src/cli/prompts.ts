import { Command } from 'commander';
import {
  InsightServiceClient,
  PromptRecommendation,
  type PromptReview,
  type ReviewPromptsResponse,
} from '../gen/sextant/v1/insight.js';
import { promptRecommendationEnum, promptStatusEnum } from '../service/encode/enums.js';
import { table } from './demo/table.js';
import { calling, withClient, withConnectionOptions, type ConnectionFlags } from './server-connection.js';

interface ReportFlags extends ConnectionFlags {
  readonly useCase?: string;
  readonly model?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `sextant prompts`: how prompt variants do. */
export function promptsCommand(): Command {
  return new Command('prompts').description('Prompt variants.').addCommand(reportCommand());
}

function reportCommand(): Command {
  const command = new Command('report')
    .summary('how prompt variants do, and what to do with them')
    .description(
      'Per use case and model: variants, their quality, and which to promote or retire. Calls a running server.',
    )
    .option('--use-case <name>', 'only this use case')
    .option('--model <id>', 'only this model')
    .option('--all', 'models without outcomes, too')
    .option('--json', 'print what ReviewPrompts answered, for machines');
  return withConnectionOptions(command).action((flags: ReportFlags) =>
    calling(async () => {
      const { useCase = '', model = '' } = flags;
      const response = await withClient(InsightServiceClient, flags, (call) =>
        call('reviewPrompts', { useCase, model }),
      );
      console.log(flags.json ? JSON.stringify(response, forJson, 2) : reportText(response, flags));
    }),
  );
}

/** Enums by their names, and what JSON has no number for as text. */
function forJson(key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (key === 'status') return promptStatusEnum.decode(value as number);
  return key === 'recommendation' ? promptRecommendationEnum.decode(value as number) : value;
}

const HEADER = ['variant', 'status', 'n', 'quality', '95 %', 'USD', 'P(best)', 'loss', 'recommendation'];

/** A table for each use case and model. */
export function reportText(
  { reviews, minOutcomes, maxExpectedLoss, automatic }: ReviewPromptsResponse,
  { all = false }: { readonly all?: boolean },
): string {
  const groups = new Map<string, PromptReview[]>();
  for (const review of reviews) {
    const name = `${review.useCase} on ${review.model}`;
    groups.set(name, [...(groups.get(name) ?? []), review]);
  }
  const isShown = (rows: readonly PromptReview[]): boolean =>
    all || rows.some(({ observations }) => observations > 0);
  const shown = [...groups].filter(([, rows]) => isShown(rows));
  const hidden = groups.size - shown.length;
  return [
    ...(reviews.length === 0 ? ['no prompt variants'] : []),
    ...shown.map(([name, rows]) => `${name}\n${table(HEADER, rows.map(rowOf))}\n`),
    ...(hidden > 0 ? [`${hidden} more without outcomes: --all shows them`] : []),
    ...(reviews.length > 0
      ? [
          `n counts quality outcomes, decayed; ${minOutcomes} are needed to promote. loss is quality lost on average; at most ${maxExpectedLoss} to promote.`,
          `Variants made by RPC are ${automatic ? '' : 'not '}retired automatically.`,
        ]
      : []),
  ].join('\n');
}

function rowOf(review: PromptReview): string[] {
  const { variant, version, meanQuality, lowQuality, highQuality, meanCostNanoUsd } = review;
  const isActive = promptStatusEnum.decode(review.status) === 'active';
  const none = '–';
  return [
    version === 1 ? variant : `${variant} (version ${version})`,
    promptStatusEnum.decode(review.status) ?? none,
    review.observations.toFixed(1),
    meanQuality.toFixed(3),
    `${lowQuality.toFixed(3)}–${highQuality.toFixed(3)}`,
    meanCostNanoUsd === undefined ? none : (meanCostNanoUsd / 1e9).toPrecision(3),
    isActive ? review.probabilityOfBest.toFixed(3) : none,
    isActive ? review.expectedLoss.toFixed(4) : none,
    review.recommendation === PromptRecommendation.NONE
      ? none
      : (promptRecommendationEnum.decode(review.recommendation)?.replaceAll('_', ' ') ?? none),
  ];
}
