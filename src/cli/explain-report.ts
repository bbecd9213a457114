import type { Explanation, ExplainResponse, RuleTrace, RunnerUp } from '../gen/sextant/v1/selection.js';
import { usdFromNanoUsd } from '../core/money.js';
import { filterEnum, levelEnum, taskTypeEnum } from '../service/encode/enums.js';
import { table } from './demo/table.js';

const NAMES_MAX = 5;

/** An explanation for people: who is left and why, who would come next, and what rules saw. */
export function explanationLines(
  { profile, explanation, policyVersion, ruleTraces, ruleTracesOmitted }: ExplainResponse,
  model: string | undefined,
): string[] {
  const { considered, candidates, weights, weightsRuleId, segment, stateSequence } = explanation!;
  const goals = `quality ${share(weights!.quality)}, cost ${share(weights!.cost)}, latency ${share(weights!.latency)}`;
  const by = weightsRuleId === '' ? '' : ` (rule ${weightsRuleId})`;
  return [
    `request     ${taskTypeEnum.decode(profile!.taskType)}, ${levelEnum.decode(profile!.level)} (${profile!.composite.toFixed(3)}), ${profile!.inputTokens} tokens in; segment ${segment}`,
    `policy      ${policyVersion.slice(0, 12)}, ${stateSequence} outcomes`,
    `weights     ${goals}${by}`,
    `candidates  ${candidates.length} of ${considered} models`,
    '',
    ...candidateTable(explanation!),
    ...(explanation!.runnerUp ? ['', ...runnerUpLines(explanation!.runnerUp)] : []),
    ...removalLines(explanation!, model),
    '',
    'rules, with what each comparison saw',
    ...ruleLines(ruleTraces, model),
    ...(ruleTracesOmitted === 0 ? [] : [`  ${ruleTracesOmitted} more evaluations are not told`]),
  ];
}

const share = (weight: number): string => String(Number(weight.toFixed(3)));

function candidateTable({ candidates }: Explanation): string[] {
  if (candidates.length === 0) return ['no candidate is left'];
  const rows = candidates.map(({ model, expectedUtility, propensity, expectedQuality, cost, latency }) => [
    model,
    expectedUtility.toFixed(4),
    `${(100 * propensity).toFixed(1)} %`,
    expectedQuality.toFixed(3),
    cost === undefined ? 'unknown' : usdFromNanoUsd(Number(cost.meanNanoUsd)).toPrecision(2),
    (Number(latency!.seconds) + latency!.nanos / 1e9).toFixed(1),
  ]);
  return table(['model', 'utility', 'chosen', 'quality', 'cost USD', 'latency s'], rows).split('\n');
}

function runnerUpLines({ bestModel, model, utilityGap, costFactor, qualityGain }: RunnerUp): string[] {
  const ways = [
    ...(costFactor === undefined ? [] : [`at ${costFactor.toPrecision(3)} times its expected cost or less`]),
    ...(qualityGain === undefined ? [] : [`with ${qualityGain.toPrecision(2)} more expected quality`]),
  ];
  const how =
    ways.length === 0 ? 'neither a lower cost nor a higher quality alone would do' : ways.join(', or ');
  return [
    `best        ${bestModel}, by expected utility`,
    `runner-up   ${model}, ${utilityGap.toPrecision(2)} behind; draws level ${how}`,
  ];
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_MAX;
  return names.slice(0, NAMES_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

function removalLines({ removals }: Explanation, model: string | undefined): string[] {
  const shown = removals.filter((removal) => model === undefined || removal.model === model);
  if (shown.length === 0) return [];
  const groups = grouped(shown, ({ ruleId, filter }) => ruleId || `filter:${filterEnum.decode(filter)}`);
  const rows = [...groups].map(([by, list]) => {
    const reasons = new Set(list.map(({ reason }) => reason));
    const why = reasons.size === 1 ? `: ${list[0]!.reason}` : '';
    return `  ${list.length} by ${by}${why} (${listed(list.map((removal) => removal.model))})`;
  });
  return ['', 'removed', ...rows];
}

function ruleLines(traces: readonly RuleTrace[], model: string | undefined): string[] {
  return [...grouped(traces, ({ ruleId }) => ruleId)].flatMap(([id, asked]) => {
    const fired = asked.filter((trace) => trace.fired);
    const of = asked.find((trace) => trace.model === model) ?? fired[0] ?? asked[0]!;
    const isOnRequest = of.model === '';
    const where = isOnRequest
      ? fired.length > 0
        ? 'fired on the request'
        : 'did not fire'
      : `fired on ${fired.length} of ${asked.length} models`;
    const seen = isOnRequest ? '' : `; seen of ${of.model}:`;
    return [
      `  ${fired.length > 0 ? '●' : '○'} ${id} (${of.event}) ${where}${seen}`,
      ...tree(of.conditions!, 6),
    ];
  });
}

type Node = Readonly<Record<string, unknown>>;

/** One line a node: what it asks, what it saw, and whether it held. */
function tree(node: Node, indent: number): string[] {
  const said = node['result'] === undefined ? 'not asked' : String(node['result'] === true);
  const pad = ' '.repeat(indent);
  const operator = node['operator'] as string;
  const below = node[operator] as Node | readonly Node[] | undefined;
  const name = node['condition'] === undefined ? '' : ` (${node['condition'] as string})`;
  if (node['fact'] === undefined && below !== undefined) {
    const children = 'length' in below ? (below as readonly Node[]) : [below];
    return [`${pad}${operator}${name}  → ${said}`, ...children.flatMap((child) => tree(child, indent + 2))];
  }
  const saw = (key: string): string => {
    if (node['result'] === undefined) return '';
    return ` = ${node[key] === undefined ? 'nothing' : JSON.stringify(node[key])}`;
  };
  const left = `${member(node)}${saw('factResult')}`;
  const value = node['value'] as Node | null;
  const isFact = typeof value === 'object' && value !== null && value['fact'] !== undefined;
  const right = isFact ? `${member(value)}${saw('valueResult')}` : JSON.stringify(value);
  return [`${pad}${left}  ${operator}  ${right}  → ${said}`];
}

const member = (node: Node): string => `${node['fact'] as string}${(node['path'] as string).slice(1)}`;
