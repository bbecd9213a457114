import { Command } from 'commander';
import { groupNames } from '../../core/experiment/definition.js';
import { definitionOf } from '../../core/experiment/parse-experiments.js';
import type { ArmId } from '../../core/registry/model.js';
import {
  ExperimentServiceClient,
  type CompareExperimentModelsResponse,
} from '../../gen/sextant/v1/experiment.js';
import { ArmNumbers } from '../../runtime/arm-numbers.js';
import { decodeExperiment } from '../../runtime/experiments/experiment-document.js';
import { EXPERIMENT_KIND } from '../../runtime/experiments/experiment-keeper.js';
import { nothingToCompare, routedExperiment, routedModels } from '../../runtime/experiments/routed-models.js';
import { encodeRoutedModels } from '../../service/encode/routed-models.js';
import type { Store } from '../../store/ports.js';
import { jsonText } from '../plain-output.js';
import {
  calling,
  ConnectionError,
  withAnswerOptions,
  withClient,
  type AnswerFlags,
} from '../server-connection.js';
import { withStoppedStore } from '../stopped-store.js';
import { modelsText } from './models-text.js';

type ModelsFlags = AnswerFlags & { readonly store?: string };

/** `sextant experiments models`: models within each arm, compared although a policy chose what they were sent. */
export function modelsCommand(): Command {
  const command = new Command('models')
    .argument('<id>')
    .description(
      'Models within each arm of an experiment: quality as routed, and compared by AIPW. Calls a running server; with --store opens a stopped one’s store, or a copy of one.',
    )
    .option('--store <folder>', "the stopped store's folder, instead of a running server");
  return withAnswerOptions(command).action((id: string, flags: ModelsFlags) =>
    calling(async () => {
      const answer =
        flags.store === undefined
          ? await withClient(ExperimentServiceClient, flags, (call) =>
              call('compareExperimentModels', { id }),
            )
          : await withStoppedStore(flags.store, (store) => modelsInStore(store, id));
      if (answer !== undefined) console.log(flags.json ? jsonText(answer) : modelsText(answer));
    }),
  );
}

/** What a server would answer. @throws ConnectionError where the store says nothing; StoreError. */
async function modelsInStore(store: Store, id: string): Promise<CompareExperimentModelsResponse> {
  const stored = await store.documents.get(EXPERIMENT_KIND, id);
  if (stored === undefined) throw new ConnectionError(`no experiment "${id}" was started on this store`);
  const started = decodeExperiment(stored.body);
  const groups = await routedModels(store, routedExperiment(started));
  const nothing = nothingToCompare(groups);
  if (nothing !== undefined) throw new ConnectionError(nothing);
  const names = new Map<ArmId, string>(
    [...(await ArmNumbers.open(store.documents)).all].map(([key, armId]) => [
      armId,
      key.replaceAll('\0', ' '),
    ]),
  );
  const nameOf = (armId: ArmId): string => names.get(armId) ?? `arm ${armId}`;
  return encodeRoutedModels(groups, groupNames(definitionOf(started.entry)), nameOf);
}
