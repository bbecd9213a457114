import { useState } from 'preact/hooks';

/** Exchanges a token for a cookie that no script can read. */
export function Login({ onDone }: { onDone: () => void }) {
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const logIn = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(await problemOf(token.trim()));
    setBusy(false);
    onDone();
  };
  return (
    <main class="login">
      <form onSubmit={(event) => void logIn(event)}>
        <h1>
          <img src="/favicon.svg" alt="" width="32" height="32" /> Sextant
        </h1>
        <label for="token">Token of a principal with the role read</label>
        <input
          id="token"
          type="password"
          autocomplete="current-password"
          required
          value={token}
          aria-describedby={problem === undefined ? undefined : 'problem'}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        {problem !== undefined && (
          <p id="problem" class="problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="main" disabled={isBusy}>
          Log in
        </button>
        <p class="hint">The page shows what belongs to the principal’s tenant. A login lasts twelve hours.</p>
      </form>
    </main>
  );
}

/** Logs in; `undefined` where that went well. */
async function problemOf(token: string): Promise<string | undefined> {
  try {
    const body = JSON.stringify({ token });
    const response = await fetch('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    if (response.ok) return undefined;
    const { error } = (await response.json()) as { error?: string };
    return `Not logged in: ${error ?? response.statusText}.`;
  } catch {
    return 'Not logged in: the server does not answer.';
  }
}
