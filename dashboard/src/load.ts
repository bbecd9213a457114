import { useEffect, useState } from 'preact/hooks';

/** What became of a view's data. The last good answer stays while newer ones fail. */
export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: string | undefined;
  readonly loadedMs: number | undefined;
}

const EVERY_MS = 5_000;

/** The server asks for a login. */
export const LOGIN_NEEDED = 'loginneeded';

/** @throws Error with the server's words, or that it does not answer. */
export async function fetchJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, {
    headers: { accept: 'application/json' },
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new Error('the server does not answer');
  });
  if (response.status === 401) window.dispatchEvent(new Event(LOGIN_NEEDED));
  const body: unknown = await response.json().catch(() => ({}));
  if (response.ok) return body as T;
  throw new Error((body as { error?: string }).error ?? `the server answered ${response.status}`);
}

/** Reads a path now and every few seconds while the page is seen. */
export function useView<T>(path: string | undefined): Loaded<T> {
  const [state, setState] = useState<Loaded<T> & { path: string | undefined }>(empty(path));
  useEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    const read = (): void => {
      if (document.hidden) return;
      fetchJson<T>(path, stop.signal).then(
        (data) => setState({ path, data, error: undefined, loadedMs: Date.now() }),
        (error: Error) => {
          if (stop.signal.aborted) return;
          setState((last) => ({ ...(last.path === path ? last : empty<T>(path)), error: error.message }));
        },
      );
    };
    read();
    const timer = setInterval(read, EVERY_MS);
    document.addEventListener('visibilitychange', read);
    return () => {
      stop.abort();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', read);
    };
  }, [path]);
  return state.path === path ? state : empty(path);
}

function empty<T>(path: string | undefined): Loaded<T> & { path: string | undefined } {
  return { path, data: undefined, error: undefined, loadedMs: undefined };
}
