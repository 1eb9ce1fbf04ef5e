/** What a head does beyond its idle life; sides are the viewer's. */
export type HeadMotion = {
  /** Radians: to the right, downwards, clockwise. */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  /** Travel, in widths of the face. */
  readonly right: number;
  readonly down: number;
  /** 0 the lids are as the idle life has them … 1 closed. */
  readonly lids: number;
  /** How far the eyes look aside, -1 to 1. */
  readonly lookRight: number;
  readonly lookDown: number;
};

export const HEAD_STILL: HeadMotion = Object.freeze({
  yaw: 0,
  pitch: 0,
  roll: 0,
  right: 0,
  down: 0,
  lids: 0,
  lookRight: 0,
  lookDown: 0,
});
