import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

interface MeasuredProps {
  readonly most: number;
  /** Whether what is drawn takes the scale itself: pixels of a canvas would blur. */
  readonly isCanvas?: boolean;
  readonly children: (widthPx: number, scale: number) => ComponentChildren;
}

/** How much larger letters are on a large screen; the style sheet says so. */
const screenScale = (): number =>
  Number(getComputedStyle(document.documentElement).getPropertyValue('--scale')) || 1;

/** Draws at the width that there is, in pixels, so that letters keep their size beside those of the page. */
export function Measured({ most, isCanvas = false, children }: MeasuredProps) {
  const host = useRef<HTMLDivElement>(null);
  const [{ widthPx, scale }, setSize] = useState({ widthPx: 0, scale: 1 });
  useLayoutEffect(() => {
    const element = host.current!;
    const measure = (): void => {
      const now = screenScale();
      const room = isCanvas ? element.clientWidth : Math.floor(element.clientWidth / now);
      setSize({ widthPx: Math.min(most, room), scale: now });
    };
    measure();
    const resize = new ResizeObserver(measure);
    resize.observe(element);
    return () => resize.disconnect();
  }, [most, isCanvas]);
  return (
    <div ref={host}>
      {widthPx > 0 && <div class={isCanvas ? undefined : 'drawn'}>{children(widthPx, scale)}</div>}
    </div>
  );
}
