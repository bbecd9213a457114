import { useEffect, useState } from 'preact/hooks';
import type { TickView } from '../../src/admin/views.js';

/** The newest frame, and whether frames come. */
export interface Live {
  readonly tick: TickView | undefined;
  readonly isConnected: boolean;
}

const SILENCE_MS = 4_000;

/** Listens to the server's frames; the browser connects again by itself. */
export function useLive(isOn: boolean): Live {
  const [live, setLive] = useState<Live>({ tick: undefined, isConnected: false });
  useEffect(() => {
    if (!isOn) return;
    let silence: ReturnType<typeof setTimeout>;
    const lost = (): void => setLive((last) => ({ ...last, isConnected: false }));
    const source = new EventSource('/api/v1/events');
    source.addEventListener('tick', (event: MessageEvent<string>) => {
      setLive({ tick: JSON.parse(event.data) as TickView, isConnected: true });
      clearTimeout(silence);
      silence = setTimeout(lost, SILENCE_MS);
    });
    source.addEventListener('error', lost);
    return () => {
      clearTimeout(silence);
      source.close();
    };
  }, [isOn]);
  return live;
}
