import { shortVersion } from '../format.js';
import { useState } from 'preact/hooks';
import type { PolicyVersion } from '../contract.js';
import { callRpc } from '../load.js';

/**
 * Puts the version before the one in force back, and pins it. The server asks for the role admin and for this origin, and
 * refuses where another version took hold meanwhile.
 */
export function RollBack({ kept }: { kept: readonly PolicyVersion[] }) {
  const [reason, setReason] = useState('');
  const [isSure, setSure] = useState(false);
  const [said, setSaid] = useState<{ readonly text: string; readonly isFault: boolean }>();
  const active = kept.find((version) => version.active)?.version ?? '';
  const rollBack = (event: Event): void => {
    event.preventDefault();
    if (!isSure) return setSure(true);
    setSure(false);
    callRpc<{ active: { version: string } }>('PolicyService/RollBackPolicy', {
      expectedActiveVersion: active,
      reason,
    }).then(
      (answer) =>
        setSaid({ text: `${shortVersion(answer.active.version)} is in force and pinned.`, isFault: false }),
      (error: Error) => setSaid({ text: error.message, isFault: true }),
    );
  };
  return (
    <form class="panel" onSubmit={rollBack}>
      <h2>Roll back</h2>
      <p class="hint">
        Puts the version before the one in force back at once and pins it: the folder is followed again after{' '}
        <code>sextant policy unpin</code>. It is written to the audit log with the reason.
      </p>
      <div class="filters">
        <label>
          Reason{' '}
          <input
            required
            value={reason}
            size={30}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class={isSure ? 'danger' : ''}>
          {isSure ? `Yes, replace ${shortVersion(active)}` : 'Roll back'}
        </button>
        {isSure && (
          <button type="button" onClick={() => setSure(false)}>
            No
          </button>
        )}
      </div>
      {said !== undefined && (
        <p class={said.isFault ? 'problem' : 'hint'} role={said.isFault ? 'alert' : 'status'}>
          {said.text}
        </p>
      )}
    </form>
  );
}
