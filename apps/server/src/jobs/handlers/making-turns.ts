import type { JobDefinition, Lane, TurnHandler } from '../definitions.ts';
import { HeldPlace } from '../held-place.ts';
import type { PlacesOfKind } from '../shared-places.ts';

export type MakingTurnsOptions = {
  readonly definition: JobDefinition;
  /** What waits, by its rows. */
  readonly jobs: { waiting(): Promise<readonly string[]>; nextDueMs(turn: string): Promise<number | null> };
  /** `hasRoom` false: nothing is begun. */
  readonly workshop: {
    makeNext(turn: string, signal: AbortSignal, place: HeldPlace): Promise<void>;
    readonly hasRoom: boolean;
  };
  /** What is made at once of this kind on this machine. */
  readonly places: PlacesOfKind;
};

/** Two kinds may have seen the same free place: so long one waits for the other. Then its turn comes again. */
const WAIT_LIMIT_MS = 10 * 60_000;

/** People take turns; in a turn one thing is made: an avatar, or a film. */
export function createMakingTurns({ definition, jobs, workshop, places }: MakingTurnsOptions): TurnHandler {
  return {
    definition,
    places: (lane: Lane) => (lane === 'quick' && workshop.hasRoom ? places.free() : 0),
    laneOf: () => 'quick',
    onPlaces: (tell) => places.onFreed(tell),
    waiting: async () => (await jobs.waiting()).map((key) => ({ key, afterMs: 0 })),
    async run({ key, signal }) {
      const place = new HeldPlace(places);
      const limit = AbortSignal.any([signal, AbortSignal.timeout(WAIT_LIMIT_MS)]);
      try {
        if (await place.take(limit)) await workshop.makeNext(key, signal, place);
        return await jobs.nextDueMs(key);
      } finally {
        place.leave();
      }
    },
  };
}
