import { useState } from 'preact/hooks';
import type { SessionView } from '../../../src/admin/views.js';
import type { ExplainResponse } from '../contract.js';
import { useCall } from '../load.js';
import { CopyCall } from '../parts/copy-call.js';
import { ExplanationView } from '../parts/explanation.js';
import { WhenLoaded } from '../parts/state.js';
import type { Go, Route } from '../route.js';

const SAMPLE = {
  useCase: 'demo',
  input: { text: 'Write a function that merges two sorted lists.', maxOutputTokens: '500' },
  attributes: {},
};
/** An address that is longer is cut by some who pass it on. */
const MAX_ADDRESS_CHARS = 4_000;

interface PlaygroundProps {
  readonly route: Route;
  readonly go: Go;
  readonly session: SessionView;
}

/** A request as JSON, and how it would be decided. Decides nothing. */
export function Playground({ route, go, session }: PlaygroundProps) {
  const sample = { ...SAMPLE, ...(route.useCase !== '' && { useCase: route.useCase }) };
  const [text, setText] = useState(route.params['request'] ?? JSON.stringify(sample, null, 2));
  const [asked, setAsked] = useState(parsed(route.params['request']));
  const [fault, setFault] = useState<string>();
  const ask = (event: Event): void => {
    event.preventDefault();
    const request = parsed(text);
    setFault(request === undefined ? 'The request is no JSON object.' : undefined);
    if (request === undefined) return;
    setAsked(request);
    if (text.length <= MAX_ADDRESS_CHARS) go({ params: { ...route.params, request: text } });
  };
  return (
    <section aria-label="Playground">
      <form class="panel" onSubmit={ask}>
        <div class="panel-head">
          <h2>
            <label for="request">Try a request on the rules in force</label>
          </h2>
          <button type="submit" class="main">
            Explain
          </button>
        </div>
        <textarea
          id="request"
          rows={9}
          spellcheck={false}
          value={text}
          aria-describedby="request-help"
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <p class="hint" id="request-help">
          A SelectRequest as JSON: text under <code>input.text</code>, or features instead of it. Nothing is
          decided and nothing is kept.
        </p>
        {fault !== undefined && (
          <p class="problem" role="alert">
            {fault}
          </p>
        )}
      </form>
      {asked !== undefined && <Answer request={asked} session={session} />}
    </section>
  );
}

function parsed(text: string | undefined): object | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function Answer({ request, session }: { request: object; session: SessionView }) {
  const call = { request, conditions: true };
  const answer = useCall<ExplainResponse>('SelectionService/Explain', call);
  return (
    <>
      <CopyCall request={call} session={session} />
      <WhenLoaded of={answer}>{(explained) => <ExplanationView of={explained} />}</WhenLoaded>
    </>
  );
}
