import { expect, it } from 'vitest';
import { deferred } from '../core/deferred.ts';
import type { ModelAnswer } from './asked-models.ts';
import { ModelQuestions } from './model-questions.ts';

const request = { kind: 'turn-end', samples16k: new Float32Array(1) } as const;

function openQuestions() {
  const answers: ModelAnswer[] = [];
  const runs: { signal: AbortSignal; resolve(result: number): void; reject(error: Error): void }[] = [];
  const questions = new ModelQuestions(
    (_request, signal) => {
      const { promise, resolve, reject } = deferred<number>();
      runs.push({ signal, resolve, reject });
      return promise;
    },
    (answer) => answers.push(answer),
  );
  return { questions, runs, answers };
}

it('takes a withdrawn question from the model, answers the others, and passes faults on', async () => {
  const { questions, runs, answers } = openQuestions();
  for (const requestId of [1, 2, 3]) questions.take({ type: 'infer', requestId, request });
  questions.take({ type: 'infer-withdrawn', requestId: 2 });
  questions.take({ type: 'infer-withdrawn', requestId: 99 });
  expect(runs.map(({ signal }) => signal.aborted)).toEqual([false, true, false]);
  runs[1]?.resolve(0.2);
  runs[2]?.reject(new Error('The recogniser was lost.'));
  runs[0]?.resolve(0.9);
  await expect.poll(() => answers).toHaveLength(2);
  expect(answers).toEqual(
    expect.arrayContaining([
      { type: 'inferred', requestId: 1, result: 0.9 },
      { type: 'infer-failed', requestId: 3, message: 'The recogniser was lost.' },
    ]),
  );
});

it('takes all questions of a worker that ended from the models', () => {
  const { questions, runs } = openQuestions();
  for (const requestId of [1, 2]) questions.take({ type: 'infer', requestId, request });
  questions.withdrawAll();
  expect(runs.map(({ signal }) => signal.aborted)).toEqual([true, true]);
});
