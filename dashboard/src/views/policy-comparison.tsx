import { useState } from 'preact/hooks';
import type { ComparePoliciesResponse, PolicyVersion } from '../contract.js';
import { useCall } from '../load.js';
import { SpanChoice } from '../parts/span-choice.js';
import { WhenLoaded } from '../parts/state.js';
import { VersionChoice } from '../parts/version-choice.js';
import { readFolder, type PickedFolder } from '../policy-folder.js';
import { SPAN_MS, type Go, type Params, type Route } from '../route.js';
import { ComparisonResult } from './comparison-result.js';

interface ComparisonProps {
  readonly kept: readonly PolicyVersion[];
  readonly route: Route;
  readonly go: Go;
}

/** In place of a version: a folder of the visitor's own, which was never in force. */
const FOLDER = 'folder';

/** What another policy would change on requests of the log. */
export function PolicyComparison({ kept, route, go }: ComparisonProps) {
  const [folder, setFolder] = useState<PickedFolder>();
  const { params } = route;
  const active = kept.find((version) => version.active)?.version ?? kept[0]?.version ?? '';
  const before = params['before'] ?? active;
  const after = params['after'] ?? kept.find(({ version }) => version !== active)?.version ?? FOLDER;
  // What is compared is what was asked for, until it is asked for anew.
  const choose = (change: Params): void => go({ params: { ...params, run: '', ...change } });
  const compare = (event: Event): void => {
    event.preventDefault();
    choose({ before, after, run: String(Date.now()) });
  };
  const pick = (picked: FileList | null): void => {
    choose({});
    void readFolder([...(picked ?? [])]).then(setFolder);
  };
  const isReady = after !== FOLDER || (folder !== undefined && folder.files.length > 0);
  const isAsked = (params['run'] ?? '') !== '' && isReady;
  return (
    <section aria-label="On logged requests">
      <form class="panel" onSubmit={compare}>
        <div class="panel-head">
          <h2>What a policy would change on logged requests</h2>
          <SpanChoice
            route={route}
            go={({ span = route.span }) => go({ span, params: { ...params, run: '' } })}
          />
        </div>
        <div class="filters">
          <VersionChoice label="From" value={before} kept={kept} onChoose={(v) => choose({ before: v })} />
          <VersionChoice
            label="to"
            value={after}
            kept={kept}
            onChoose={(v) => choose({ after: v })}
            other={{ value: FOLDER, text: 'a folder of yours' }}
          />
          {after === FOLDER && (
            <label>
              Folder{' '}
              <input
                type="file"
                // @ts-expect-error every browser has it, and the types of Preact do not.
                webkitdirectory
                onChange={(event) => pick(event.currentTarget.files)}
              />
            </label>
          )}
          <button type="submit" class="main" disabled={!isReady}>
            Compare
          </button>
        </div>
        <p class="hint">
          Both are asked about every request that was logged in the span, as <code>sextant rules diff</code>{' '}
          does. Nothing takes hold, and nothing of a folder is kept.
          {after === FOLDER && folder && ` ${folder.name}: ${folder.files.length} files of a policy.`}
        </p>
      </form>
      {isAsked && (
        <Answer before={before} after={after === FOLDER ? folder!.files : after} route={route} go={go} />
      )}
    </section>
  );
}

interface AnswerProps extends Omit<ComparisonProps, 'kept'> {
  readonly before: string;
  readonly after: string | PickedFolder['files'];
}

function Answer({ before, after, route, go }: AnswerProps) {
  const { span, params } = route;
  const run = params['run'] ?? '';
  const toMs = Number(run);
  const answer = useCall<ComparePoliciesResponse>(
    'EvaluationService/ComparePolicies',
    {
      fromVersion: before,
      ...(typeof after === 'string' ? { version: after } : { files: after }),
      startTime: new Date(toMs - SPAN_MS[span]).toISOString(),
      endTime: new Date(toMs).toISOString(),
    },
    { run },
  );
  if (answer.data === undefined && answer.error === undefined)
    return (
      <p class="loading panel" role="status">
        The log is gone through, beside decisions and behind them: up to some minutes.
      </p>
    );
  return <WhenLoaded of={answer}>{(of) => <ComparisonResult of={of} route={route} go={go} />}</WhenLoaded>;
}
