import { useEffect, useState } from 'preact/hooks';

/** What became of a view's data. The last good answer stays while newer ones fail. */
export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: string | undefined;
  readonly loadedMs: number | undefined;
}

export const EVERY_MS = 5_000;
/** Of what moves slowly. */
export const SLOWLY_MS = 60_000;

/** The server asks for a login. */
export const LOGIN_NEEDED = 'loginneeded';

/** @throws Error with the server's words, or that it does not answer. */
export async function fetchJson<T>(path: string, signal?: AbortSignal, body?: string): Promise<T> {
  const response = await fetch(path, {
    headers: { accept: 'application/json' },
    ...(body !== undefined && { method: 'POST', body }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new Error('the server does not answer');
  });
  if (response.status === 401) window.dispatchEvent(new Event(LOGIN_NEEDED));
  const answer: unknown = await response.json().catch(() => ({}));
  if (response.ok) return answer as T;
  throw new Error((answer as { error?: string }).error ?? `the server answered ${response.status}`);
}

/** Calls an RPC by `Service/Method`; the answer is JSON of the contract. @throws Error as above. */
export const callRpc = <T>(name: string, request: object, signal?: AbortSignal): Promise<T> =>
  fetchJson<T>(`/api/v1/call/${name}`, signal, JSON.stringify(request));

/** Calls an RPC now and, where it is asked for, every few seconds. Nothing is called while the request is absent; another
 * `run` calls again. */
export function useCall<T>(
  name: string,
  request: object | undefined,
  { again = false, run = '' }: { again?: boolean; run?: string } = {},
): Loaded<T> {
  const body = request === undefined ? undefined : JSON.stringify(request);
  return useLoaded<T>(
    body === undefined ? undefined : `${name} ${body} ${run}`,
    again && EVERY_MS,
    (signal) => fetchJson<T>(`/api/v1/call/${name}`, signal, body),
  );
}

/** Reads a path now and again and again, every few seconds unless told otherwise, while the page is seen. */
export function useView<T>(
  path: string | undefined,
  { again = true, everyMs = EVERY_MS }: { again?: boolean; everyMs?: number } = {},
): Loaded<T> {
  return useLoaded<T>(path, again && everyMs, (signal) => fetchJson<T>(path!, signal));
}

/** @param path names what is read; nothing is read where it is absent. @param everyMs false for once. */
function useLoaded<T>(
  path: string | undefined,
  everyMs: number | false,
  fetchData: (signal: AbortSignal) => Promise<T>,
): Loaded<T> {
  const [state, setState] = useState<Loaded<T> & { path: string | undefined }>(empty(path));
  useEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    const read = (): void => {
      // What is asked for once is not waited for.
      if (document.hidden && everyMs !== false) return;
      fetchData(stop.signal).then(
        (data) => setState({ path, data, error: undefined, loadedMs: Date.now() }),
        (error: Error) => {
          if (stop.signal.aborted) return;
          setState((last) => ({ ...(last.path === path ? last : empty<T>(path)), error: error.message }));
        },
      );
    };
    read();
    if (everyMs === false) return () => stop.abort();
    const timer = setInterval(read, everyMs);
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
