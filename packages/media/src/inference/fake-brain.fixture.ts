import type { BrainPart } from '../core/machine-brain.ts';
import type { FromBrain, ToBrain } from './brain-messages.ts';

// Stands in for the process with a language model: says again what was said; dies, hangs, fails or dawdles when told to.

const stopped = new Set<number>();

function tell(message: FromBrain): void {
  process.send?.(message);
}

process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToBrain) => {
  if (message.type === 'start') {
    if (message.place.modelPath === 'broken') process.exit(1);
    if (message.place.modelPath === 'huge') return;
    tell({ type: 'ready', atOnce: 2 });
    return;
  }
  const { id } = message;
  if (message.type === 'stop') {
    stopped.add(id);
    tell({ type: 'failed', id, message: 'Stopped.' });
    return;
  }
  const last = message.request.messages.at(-1);
  const said = last === undefined || last.role === 'call' ? '' : last.text;
  if (said === 'die') process.exit(1);
  if (said === 'hang' || said === 'dawdle') return;
  if (said === 'fail') {
    tell({ type: 'failed', id, message: 'No room for it.' });
    return;
  }
  const part: BrainPart = { kind: 'words', text: message.request.maxTokens === 0 ? 'read' : said };
  tell({ type: 'part', id, part });
  tell({ type: 'done', id });
});
