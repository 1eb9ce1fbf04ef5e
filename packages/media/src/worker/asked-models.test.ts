import { expect, it } from 'vitest';
import { AskedModels, type ModelQuestion, type WithdrawnQuestion } from './asked-models.ts';

const never = new AbortController().signal;

it('gives each question its own answer, in whatever order they come, and passes faults on', async () => {
  const asked: ModelQuestion[] = [];
  const models = new AskedModels((message) => message.type === 'infer' && asked.push(message));
  const words = models.words(new Float32Array(3), 'de', never);
  const probability = models.probability(new Float32Array(2), never);
  const failing = models.probability(new Float32Array(1), never);
  expect(asked.map(({ request }) => request)).toEqual([
    { kind: 'words', samples16k: new Float32Array(3), language: 'de' },
    { kind: 'turn-end', samples16k: new Float32Array(2) },
    { kind: 'turn-end', samples16k: new Float32Array(1) },
  ]);
  models.take({ type: 'infer-failed', requestId: 3, message: 'The model of turn ends was lost.' });
  models.take({ type: 'inferred', requestId: 2, result: 0.9 });
  models.take({ type: 'inferred', requestId: 1, result: 'Guten Tag.' });
  await expect(failing).rejects.toThrow('was lost');
  expect(await probability).toBe(0.9);
  expect(await words).toBe('Guten Tag.');
});

it('withdraws a question that nobody waits for, once, and asks none that was withdrawn before', async () => {
  const asked: (ModelQuestion | WithdrawnQuestion)[] = [];
  const models = new AskedModels((message) => asked.push(message));
  const aborter = new AbortController();
  const withdrawn = models.probability(new Float32Array(1), aborter.signal);
  aborter.abort();
  await expect(withdrawn).rejects.toThrow('Cancelled');
  models.take({ type: 'inferred', requestId: 1, result: 0.9 });
  await expect(models.probability(new Float32Array(1), aborter.signal)).rejects.toThrow();
  const answered = new AbortController();
  const kept = models.probability(new Float32Array(1), answered.signal);
  models.take({ type: 'inferred', requestId: 2, result: 0.5 });
  expect(await kept).toBe(0.5);
  answered.abort();
  expect(asked.map(({ type, requestId }) => [type, requestId])).toEqual([
    ['infer', 1],
    ['infer-withdrawn', 1],
    ['infer', 2],
  ]);
});
