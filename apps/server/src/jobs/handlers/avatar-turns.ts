import type { AvatarJobs } from '../../control/avatars/making/avatar-jobs.ts';
import type { AvatarWorkshop } from '../../control/avatars/making/avatar-workshop.ts';
import { JOBS, type Lane, type TurnHandler } from '../definitions.ts';

export type AvatarTurnsOptions = {
  readonly jobs: Pick<AvatarJobs, 'waiting' | 'nextDueMs'>;
  readonly workshop: Pick<AvatarWorkshop, 'makeNext' | 'hasRoom'>;
  /** Avatars made at once on this machine. */
  readonly atOnce: number;
};

/** People take turns; in a turn one avatar is made. */
export function createAvatarTurns({ jobs, workshop, atOnce }: AvatarTurnsOptions): TurnHandler {
  let running = 0;
  return {
    definition: JOBS.avatars,
    places: (lane: Lane) => (lane === 'quick' && workshop.hasRoom ? atOnce - running : 0),
    laneOf: () => 'quick',
    waiting: async () => (await jobs.waiting()).map((key) => ({ key, afterMs: 0 })),
    async run({ key, signal }) {
      running += 1;
      try {
        await workshop.makeNext(key, signal);
        return await jobs.nextDueMs(key);
      } finally {
        running -= 1;
      }
    },
  };
}
