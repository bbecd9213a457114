import type { OverviewView } from '../../../src/admin/views.js';
import type { EvaluatePolicyResponse, ListPolicyVersionsResponse, PolicyVersion } from '../contract.js';
import { whole } from '../format.js';
import { useCall, useView } from '../load.js';
import { WhenLoaded } from '../parts/state.js';
import { VersionChoice } from '../parts/version-choice.js';
import type { Go, Route } from '../route.js';
import { RewardResult } from './reward-result.js';

/** What another version of the policy would have earned on the log, and how far the log carries that. */
export function Evaluation({ route, go }: { route: Route; go: Go }) {
  const versions = useCall<ListPolicyVersionsResponse>('PolicyService/ListPolicyVersions', { pageSize: 100 });
  return (
    <WhenLoaded of={versions}>
      {({ versions: kept }) => (
        <>
          <Form kept={kept} route={route} go={go} />
          {route.params['run'] === undefined ? (
            <p class="empty panel">
              Choose a version that was in force before, and evaluate it on what was logged since. A folder
              that was never in force is evaluated with <code>sextant evaluate</code>.
            </p>
          ) : (
            <Result route={route} version={versionOf(kept, route)} />
          )}
        </>
      )}
    </WhenLoaded>
  );
}

const versionOf = (kept: readonly PolicyVersion[], { params }: Route): string =>
  params['version'] ?? kept.find(({ active }) => active)?.version ?? '';

function Form({ kept, route, go }: { kept: readonly PolicyVersion[]; route: Route; go: Go }) {
  const overview = useView<OverviewView>(`/api/v1/overview?span=${route.span}`, { again: false });
  const useCases = (overview.data?.useCases ?? []).map(({ useCase }) => useCase);
  const { params, useCase } = route;
  const shown = useCase === '' || useCases.includes(useCase) ? useCases : [useCase, ...useCases];
  const evaluate = (event: Event): void => {
    event.preventDefault();
    // Another number asks again.
    go({ params: { ...params, run: String(Number(params['run'] ?? 0) + 1) } });
  };
  return (
    <form class="filters panel" onSubmit={evaluate}>
      <VersionChoice
        label="Policy"
        value={versionOf(kept, route)}
        kept={kept}
        onChoose={(version) => go({ params: { version } })}
      />
      <label>
        Use case{' '}
        <select
          value={useCase}
          onChange={(event) => go({ useCase: event.currentTarget.value, params: { ...params, run: '' } })}
        >
          {['', ...shown].map((name) => (
            <option key={name} value={name}>
              {name === '' ? 'all' : name}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="main">
        Evaluate
      </button>
    </form>
  );
}

function Result({ route, version }: { route: Route; version: string }) {
  const answer = useCall<EvaluatePolicyResponse>(
    'EvaluationService/EvaluatePolicy',
    { version, useCase: route.useCase },
    { run: route.params['run'] ?? '' },
  );
  if (answer.data === undefined && answer.error === undefined)
    return (
      <p class="loading panel" role="status">
        The log is gone through, beside decisions and behind them: up to some minutes.
      </p>
    );
  return (
    <WhenLoaded of={answer}>
      {({ quality, success, costUsd, refused, otherContext, withoutPropensity }) => (
        <>
          {quality && <RewardResult title="Quality" of={quality} />}
          {success && <RewardResult title="Success" of={success} />}
          {costUsd && <RewardResult title="Cost, USD a request" of={costUsd} isCost />}
          <p class="hint">
            {whole(Number(refused))} requests it would have refused; {whole(Number(otherContext))} were logged
            under another context; {whole(Number(withoutPropensity))} without a propensity.
          </p>
        </>
      )}
    </WhenLoaded>
  );
}
