type Scrolled = Pick<
  Element,
  'scrollLeft' | 'scrollTop' | 'scrollWidth' | 'scrollHeight' | 'clientWidth' | 'clientHeight'
>;

export type Edges = {
  /** The direction in which it scrolls. */
  readonly axis: 'x' | 'y';
  /** There is more above or to the left. */
  readonly before: boolean;
  /** There is more below or to the right. */
  readonly after: boolean;
};

/** Positions are rounded by zoom. */
const slackPx = 2;

export function edgesOf(box: Scrolled): Edges {
  const isRow = box.scrollWidth > box.clientWidth + slackPx;
  const [at, whole, seen] = isRow
    ? [Math.abs(box.scrollLeft), box.scrollWidth, box.clientWidth]
    : [box.scrollTop, box.scrollHeight, box.clientHeight];
  return { axis: isRow ? 'x' : 'y', before: at > slackPx, after: at + seen < whole - slackPx };
}
