import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Draws at the width that there is, in pixels, so that letters keep their size on every screen. */
export function Measured({
  most,
  children,
}: {
  most: number;
  children: (widthPx: number) => ComponentChildren;
}) {
  const host = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(0);
  useLayoutEffect(() => {
    const element = host.current!;
    const measure = (): void => setWidthPx(Math.min(most, element.clientWidth));
    measure();
    const resize = new ResizeObserver(measure);
    resize.observe(element);
    return () => resize.disconnect();
  }, [most]);
  return <div ref={host}>{widthPx > 0 && children(widthPx)}</div>;
}
