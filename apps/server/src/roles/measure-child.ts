// The process that looks at the files of an order, to tell how long its film would be.
import { InputError, measureFilm, SpeechError } from '@visavis/face';
import { makeAndTell, readTask } from './making-side.ts';
import { type MeasureMessage, measureTaskSchema } from './measure-messages.ts';

await makeAndTell<MeasureMessage>(
  async () => {
    const task = measureTaskSchema.parse(await readTask());
    return { kind: 'measured', durationMs: await measureFilm(task) };
  },
  (error) =>
    error instanceof InputError || error instanceof SpeechError
      ? { kind: 'refused', code: error.reason, message: error.message }
      : null,
);
