import type { FirstSteps } from '@visavis/protocol/rest';

/** In the order in which a newcomer takes them. */
export const stepNames = ['avatar', 'talk', 'key', 'embed', 'call'] as const satisfies readonly (keyof FirstSteps)[];
export type StepName = (typeof stepNames)[number];

export type Progress = {
  readonly done: number;
  /** The first that is not done; null when all are. */
  readonly next: StepName | null;
};

export function progressOf(steps: FirstSteps): Progress {
  const open = stepNames.filter((name) => !steps[name]);
  return { done: stepNames.length - open.length, next: open[0] ?? null };
}

/** Whether the list is shown: until somebody hides it, and to nobody who was ready before he saw it. */
export function isShown(steps: FirstSteps, { isHidden, wasOpen }: { isHidden: boolean; wasOpen: boolean }): boolean {
  return !isHidden && (wasOpen || progressOf(steps).next !== null);
}
