import { POLICY_CHECKS } from '../config/policy-schemas.js';
import { SextantError } from '../core/errors.js';
import { groupNames } from '../core/experiment/definition.js';
import { armSettings } from '../core/experiment/arm-settings.js';
import { parseExperiment, type DeclaredExperiment } from '../core/experiment/parse-experiments.js';
import type { Checked } from '../core/fault.js';
import { modelsOf } from '../core/prompts/prompt-book.js';
import { nameOfArmId, type DecisionSnapshot } from '../core/selection/snapshot.js';
import type { ExperimentServiceServer } from '../gen/sextant/v1/experiment.js';
import { nothingToCompare, routedExperiment } from '../runtime/experiments/routed-models.js';
import type { Runtime } from '../runtime/runtime.js';
import { actorOf, type Principal } from './auth.js';
import { encodeDeclared, encodeHistory, encodeResult, encodeStarted } from './encode/experiment.js';
import { encodeRoutedModels } from './encode/routed-models.js';
import { unary, type HandlerContext } from './handler.js';
import { LIMITS } from './limits.js';
import { pageOf, pageSize, readPageToken } from './page.js';
import { checkId, checkStop, decodeRamp, decodeStart } from './validate/experiment.js';
import { Violations } from './validate/violations.js';

/** Starts, ramps, stops and reads experiments. */
export function experimentService(
  context: HandlerContext,
  { experiments, evaluator, snapshot }: Pick<Runtime, 'experiments' | 'evaluator' | 'snapshot'>,
): ExperimentServiceServer {
  const shown = (id: string, { tenant }: Principal) => ({
    experiment: encodeStarted(experiments.run(id, tenant), tenant),
  });
  return {
    startExperiment: unary(context, 'admin', async (request, principal) => {
      const current = snapshot();
      const { declared, reason } = decodeStart(request, current.policy.experiments, (value) =>
        parsedHere(value, current),
      );
      await experiments.start(declared, principal.tenant, { actor: actorOf(principal), reason });
      return shown(declared.definition.id, principal);
    }),
    rampExperiment: unary(context, 'admin', async (request, principal) => {
      checkId(request.id);
      const shares = decodeRamp(request, experiments.run(request.id, principal.tenant));
      const change = { actor: actorOf(principal), reason: request.reason };
      await experiments.ramp(request.id, principal.tenant, shares, change);
      return shown(request.id, principal);
    }),
    stopExperiment: unary(context, 'admin', async (request, principal) => {
      checkStop(request);
      const { id, arm, reason } = request;
      const change = { actor: actorOf(principal), reason };
      await experiments.stop(id, principal.tenant, arm === '' ? undefined : arm, change);
      return shown(id, principal);
    }),
    getExperimentResult: unary(context, 'read', ({ id, history }, principal) => {
      checkId(id);
      const run = experiments.run(id, principal.tenant);
      const current = snapshot();
      return {
        ...shown(id, principal),
        result: encodeResult(run, (armId) => nameOfArmId(current, armId)),
        history: history ? encodeHistory(run) : [],
      };
    }),
    // The evaluator ends by itself what takes too long.
    compareExperimentModels: unary(
      context,
      'read',
      async ({ id }, { tenant }) => {
        checkId(id);
        const { definition, started } = experiments.run(id, tenant);
        const groups = await evaluator.compareModels(routedExperiment(started));
        const nothing = nothingToCompare(groups);
        if (nothing !== undefined) throw new SextantError('NOTHING_TO_EVALUATE', nothing);
        const current = snapshot();
        return encodeRoutedModels(groups, groupNames(definition), (armId) => nameOfArmId(current, armId));
      },
      { hasDeadline: false },
    ),
    listExperiments: unary(context, 'read', (request, { tenant }) => {
      const violations = new Violations();
      const limits = { max: LIMITS.pageSizeMax, byDefault: LIMITS.pageSizeDefault };
      const size = pageSize(request.pageSize, limits, violations);
      const after = readPageToken(request.pageToken, violations);
      violations.throwIfAny();
      const runs = experiments.all.filter((run) => run.isVisibleTo(tenant));
      const known = new Set(runs.map(({ definition }) => definition.id));
      const all = [
        ...runs.map((run) => encodeStarted(run, tenant)),
        ...snapshot()
          .policy.experiments.filter(({ definition }) => !known.has(definition.id))
          .map(({ definition, entry }) => encodeDeclared(definition, entry)),
      ].sort((a, b) => (a.id < b.id ? -1 : 1));
      const { rows, nextPageToken } = pageOf(all, ({ id }) => id, { after, size });
      return { experiments: [...rows], nextPageToken, totalSize: all.length };
    }),
  };
}

/** An experiment of a request, checked against what this server has. */
function parsedHere(
  value: unknown,
  { policy, registry, prompts }: DecisionSnapshot,
): Checked<DeclaredExperiment> {
  return parseExperiment(value, POLICY_CHECKS.experiments, {
    models: modelsOf(registry),
    variants: prompts.list().map(({ variant }) => variant),
    settingsFaults: (change) => {
      const settings = armSettings(policy.settingsJson, change, POLICY_CHECKS);
      return settings.ok ? [] : settings.faults;
    },
  });
}
