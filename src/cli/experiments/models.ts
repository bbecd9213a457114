import { Command } from 'commander';
import { PROPENSITY_ONE } from '../../core/bandit/propensity.js';
import { groupNames } from '../../core/experiment/definition.js';
import { definitionOf } from '../../core/experiment/parse-experiments.js';
import {
  compareRouted,
  type RoutedArm,
  type RoutedDecision,
} from '../../core/experiment/routed-comparison.js';
import { RATE_ONE_Q16 } from '../../core/outcome/outcome.js';
import type { ArmId } from '../../core/registry/model.js';
import { ArmNumbers } from '../../runtime/arm-numbers.js';
import { decodeDecision } from '../../runtime/decision-codec.js';
import { decodeExperiment } from '../../runtime/experiments/experiment-document.js';
import { EXPERIMENT_KIND } from '../../runtime/experiments/experiment-keeper.js';
import type { Store } from '../../store/ports.js';
import { readConfig, refuse, withConfigOptions, type ConfigFlags } from '../config-options.js';
import { table } from '../demo/table.js';
import { withStoppedStore } from '../stopped-store.js';

type ModelsFlags = ConfigFlags & { readonly store?: string; readonly json?: boolean };

/** `sextant experiments models`: models within each arm, compared although a policy chose what they were sent. */
export function modelsCommand(): Command {
  const command = new Command('models')
    .argument('<id>')
    .description(
      'Models within each arm of an experiment: quality as routed, and compared by AIPW. Opens a stopped store, or a copy of one; the server must not run on it.',
    )
    .option('--store <folder>', "the store's folder; the configured one where absent")
    .option('--json', 'print JSON');
  return withConfigOptions(command).action(async (id: string, flags: ModelsFlags) => {
    const config = readConfig(flags);
    if (!config.ok) refuse(config.faults);
    await withStoppedStore(flags.store ?? config.value.store.path, async (store) => {
      const groups = await routedGroups(store, id);
      if (groups === undefined) {
        console.error(`no experiment "${id}" was started on this store`);
        process.exitCode = 1;
      } else console.log(flags.json ? JSON.stringify(groups, undefined, 2) : modelsText(groups));
    });
  });
}

interface RoutedGroup {
  readonly arm: string;
  /** Decisions whose quality is not known; they are left out. */
  readonly withoutQuality: number;
  readonly models: readonly (RoutedArm & { readonly name: string })[];
}

async function routedGroups(store: Store, id: string): Promise<readonly RoutedGroup[] | undefined> {
  const stored = await store.documents.get(EXPERIMENT_KIND, id);
  if (stored === undefined) return undefined;
  const { number, entry } = decodeExperiment(stored.body);
  const names = new Map<ArmId, string>(
    [...(await ArmNumbers.open(store.documents)).all].map(([key, armId]) => [
      armId,
      key.replaceAll('\0', ' '),
    ]),
  );
  const qualities = new Map<string, number>();
  for await (const { outcomes } of store.outcomes.read(0)) {
    for (const { attempt, decisionId, quality, exposure } of outcomes) {
      if (attempt === 0 && quality !== undefined && exposure?.experiment === number)
        qualities.set(decisionId, quality.value);
    }
  }
  const arms = groupNames(definitionOf(entry));
  const decisions = arms.map((): RoutedDecision[] => []);
  const withoutQuality = arms.map(() => 0);
  for await (const logged of store.decisions.range(0, Number.MAX_SAFE_INTEGER)) {
    const decision = decodeDecision(logged);
    const { exposure } = decision ?? {};
    if (decision === undefined || exposure?.experiment !== number) continue;
    const quality = qualities.get(decision.decisionId);
    if (quality === undefined) withoutQuality[exposure.group]! += 1;
    else {
      const candidates = decision.candidates.map(({ armId, propensityQ16, expectedQualityQ16 = 0 }) => ({
        armId,
        propensity: propensityQ16 / PROPENSITY_ONE,
        predicted: expectedQualityQ16 / RATE_ONE_Q16,
      }));
      decisions[exposure.group]!.push({ candidates, chosen: decision.armId, quality });
    }
  }
  return arms.map((arm, group) => ({
    arm,
    withoutQuality: withoutQuality[group]!,
    models: compareRouted(decisions[group]!).map((row) => ({ ...row, name: names.get(row.armId) ?? '' })),
  }));
}

const HEADER = ['arm', 'model', 'n', 'as routed', 'AIPW', '95 %', 'over', 'difference', '95 %', 'over'];
const NONE = '–';

function modelsText(groups: readonly RoutedGroup[]): string {
  const shown = (value: number): string => value.toFixed(4);
  const range = ({ low, high }: RoutedArm['interval']): string => `${shown(low)} … ${shown(high)}`;
  const rows = groups.flatMap(({ arm, models }) =>
    models.map(({ name, chosen, asRouted, supported, mean, interval, difference }) => [
      arm,
      name,
      String(chosen),
      shown(asRouted),
      ...(Number.isNaN(mean) ? [NONE, NONE] : [shown(mean), range(interval)]),
      String(supported),
      ...(difference
        ? [shown(difference.value), range(difference.interval), String(difference.decisions)]
        : [NONE, NONE, NONE]),
    ]),
  );
  const missing = groups.filter(({ withoutQuality }) => withoutQuality > 0);
  return [
    table(HEADER, rows),
    'as routed: of the requests that the arm’s policy chose the model for. AIPW: had it answered all requests that could well have gone to it (probability 1/50 or more; over says how many); differences are to the arm’s first model, over requests that could well have gone to either. Nothing is said with fewer than 30 answers. The intervals are for one look.',
    ...missing.map(
      ({ arm, withoutQuality }) => `${arm}: ${withoutQuality} decisions without a quality are left out`,
    ),
  ].join('\n');
}
