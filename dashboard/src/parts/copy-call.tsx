import { useState } from 'preact/hooks';
import type { SessionView } from '../../../src/admin/views.js';
import { grpcurlOf } from '../grpcurl.js';

/** The call as a shell takes it: shown, and copied where the browser lets a page do that. */
export function CopyCall({ request, session }: { request: object; session: SessionView }) {
  const [said, setSaid] = useState('');
  const text = grpcurlOf(request, {
    address: `${location.hostname}:${session.grpcPort}`,
    needsToken: session.loginRequired,
  });
  const copy = (): void => {
    // Absent where the page is not served securely.
    const writing = (navigator.clipboard as Clipboard | undefined)?.writeText(text);
    if (writing === undefined) return setSaid('select the text to copy it');
    writing.then(
      () => setSaid('copied'),
      () => setSaid('select the text to copy it'),
    );
  };
  return (
    <details class="call">
      <summary>As a grpcurl call</summary>
      <button type="button" class="quiet" onClick={copy}>
        Copy
      </button>{' '}
      <span role="status">{said}</span>
      <pre tabIndex={0}>{text}</pre>
    </details>
  );
}
