import type { PassageEmbeddings } from '../../control/knowledge/meaning/passage-embeddings.ts';
import { JOBS, type Lane, type TurnHandler } from '../definitions.ts';

/** Batches of one avatar before others come between. */
const BATCHES_A_TURN = 20;
/** After a failure of the service, which may be away for long. */
const AGAIN_MS = 60_000;

/** Passages without vectors get them: one avatar at a time, some batches of it, wherever it stopped. */
export function createEmbeddingTurns(
  embeddings: Pick<PassageEmbeddings, 'waiting' | 'embedSome'>,
  onFailure: (error: unknown) => void,
): TurnHandler {
  let running = 0;
  return {
    definition: JOBS.embeddings,
    places: (lane: Lane) => (lane === 'quick' ? 1 - running : 0),
    laneOf: () => 'quick',
    waiting: async () => (await embeddings.waiting()).map((key) => ({ key, afterMs: 0 })),
    async run({ key, signal }) {
      running += 1;
      try {
        for (let batch = 0; batch < BATCHES_A_TURN && !signal.aborted; batch += 1) {
          if (!(await embeddings.embedSome(key, signal))) return null;
        }
        return 0;
      } catch (error) {
        if (!signal.aborted) onFailure(error);
        return AGAIN_MS;
      } finally {
        running -= 1;
      }
    },
  };
}
