import { useCallback, useEffect, useRef, useState } from 'react';
import { type Edges, edgesOf } from './scroll-edges.ts';

const noEdges: Edges = { axis: 'y', before: false, after: false };
/** Part of what is seen that one step goes on by: what was at the edge stays in sight. */
const stepShare = 0.8;

/** Behind which edges of a box that scrolls there is more, and steps towards them. `content` changes with what is in the box. */
export function useScrollEdges<Box extends HTMLElement>(content: unknown) {
  const frame = useRef<Box>(null);
  const [edges, setEdges] = useState(noEdges);
  const look = useCallback(() => {
    const box = frame.current;
    if (box === null) return;
    const next = edgesOf(box);
    setEdges((last) =>
      last.axis === next.axis && last.before === next.before && last.after === next.after ? last : next,
    );
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other content has other edges.
  useEffect(() => {
    const box = frame.current;
    if (box === null) return;
    look();
    const observer = new ResizeObserver(look);
    observer.observe(box);
    return () => observer.disconnect();
  }, [look, content]);
  const go = (direction: 1 | -1) => {
    const box = frame.current;
    if (box === null) return;
    const isCalm = globalThis.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const seen = edges.axis === 'x' ? box.clientWidth : box.clientHeight;
    const stepPx = direction * stepShare * seen;
    box.scrollBy({
      ...(edges.axis === 'x' ? { left: stepPx } : { top: stepPx }),
      behavior: isCalm ? 'instant' : 'smooth',
    });
  };
  return { frame, edges, look, go };
}
