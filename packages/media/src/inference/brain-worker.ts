import { errorMessage } from '../core/error-message.ts';
import { leaveEndToParent, outliveReaders } from '../core/process-group.ts';
import type { BrainPlace, FromBrain, ToBrain } from './brain-messages.ts';
import { LlamaBrain } from './llama-brain.ts';

// Entry of the process that the language model of this machine runs in. It lives as long as its channel.

process.on('disconnect', () => process.exit(0));
leaveEndToParent();
outliveReaders();

const asked = new Map<number, AbortController>();
let brain: LlamaBrain | null = null;

function tell(message: FromBrain): void {
  if (process.connected) process.send?.(message);
}

async function start(place: BrainPlace): Promise<void> {
  brain = await LlamaBrain.open(place);
  tell({ type: 'ready', atOnce: brain.atOnce });
}

async function answer({ id, request }: Extract<ToBrain, { type: 'ask' }>): Promise<void> {
  const aborter = new AbortController();
  asked.set(id, aborter);
  try {
    await brain?.think(request, {
      onPart: (part) => tell({ type: 'part', id, part }),
      onReading: () => tell({ type: 'reading', id }),
      signal: aborter.signal,
    });
    tell({ type: 'done', id });
  } catch (error) {
    tell({ type: 'failed', id, message: errorMessage(error) });
  } finally {
    asked.delete(id);
  }
}

process.on('message', (message: ToBrain) => {
  if (message.type === 'start') void start(message.place);
  else if (message.type === 'ask') void answer(message);
  else asked.get(message.id)?.abort();
});
