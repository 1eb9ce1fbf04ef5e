import type { JobDefinition, Lane, TurnHandler } from '../definitions.ts';
import type { PlacesOfKind } from '../shared-places.ts';

export type MakingTurnsOptions = {
  readonly definition: JobDefinition;
  /** What waits, by its rows. */
  readonly jobs: { waiting(): Promise<readonly string[]>; nextDueMs(turn: string): Promise<number | null> };
  /** `hasRoom` false: nothing is begun. */
  readonly workshop: { makeNext(turn: string, signal: AbortSignal): Promise<void>; readonly hasRoom: boolean };
  /** What is made at once of this kind on this machine. */
  readonly places: PlacesOfKind;
};

/** People take turns; in a turn one thing is made: an avatar, or a film. */
export function createMakingTurns({ definition, jobs, workshop, places }: MakingTurnsOptions): TurnHandler {
  return {
    definition,
    places: (lane: Lane) => (lane === 'quick' && workshop.hasRoom ? places.free() : 0),
    laneOf: () => 'quick',
    onPlaces: (tell) => places.onFreed(tell),
    waiting: async () => (await jobs.waiting()).map((key) => ({ key, afterMs: 0 })),
    async run({ key, signal }) {
      const leave = await places.take(signal);
      try {
        if (leave !== null) await workshop.makeNext(key, signal);
        return await jobs.nextDueMs(key);
      } finally {
        leave?.();
      }
    },
  };
}
