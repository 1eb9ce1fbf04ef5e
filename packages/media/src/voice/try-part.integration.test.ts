import { expect, it, onTestFinished } from 'vitest';
import { silentLogger } from '../core/logger.ts';
import type { SpeechOf } from './local/neural/neural-mouth.ts';
import { createPartTrials } from './try-part.ts';

it('a neural mouth that does not speak fails its trial, though others speak for it in talks', async () => {
  let speechOf: SpeechOf = async () => ({ samples: new Int16Array(2400).fill(1000), durationsMs: null });
  const trials = createPartTrials({
    privateHosts: [],
    logger: silentLogger,
    brain: null,
    speechOf: (...asked) => speechOf(...asked),
  });
  onTestFinished(() => trials.close());
  const run = () => trials.run('speaker', { id: 'local-neural', options: {} }, new AbortController().signal);
  await run();
  speechOf = () => Promise.reject(new Error('The neural mouth was lost.'));
  await expect(run()).rejects.toThrow('The neural mouth was lost.');
});
