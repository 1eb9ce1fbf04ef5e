import { expect, test } from 'vitest';
import { endingSoon, modelName, transcriptionModel } from './openai-models.ts';

test.for([
  ['', 'gpt-realtime-2.1'],
  ['gpt-realtime', 'gpt-realtime-2.1'],
  ['gpt-realtime-2025-08-28', 'gpt-realtime-2.1'],
  ['gpt-4o-realtime-preview', 'gpt-realtime-2.1'],
  ['gpt-4o-realtime-preview-2024-12-17', 'gpt-realtime-2.1'],
  ['gpt-realtime-mini', 'gpt-realtime-2.1-mini'],
  ['gpt-realtime-mini-2025-12-15', 'gpt-realtime-2.1-mini'],
  ['gpt-4o-mini-realtime-preview', 'gpt-realtime-2.1-mini'],
  ['gpt-realtime-2.1', 'gpt-realtime-2.1'],
  ['gpt-realtime-2.1-mini', 'gpt-realtime-2.1-mini'],
  ['gpt-realtime-1.5', 'gpt-realtime-1.5'],
  ['gpt-realtime-of-tomorrow', 'gpt-realtime-of-tomorrow'],
])('a talk that names %j is held by %s at OpenAI', ([model = '', expected]) => {
  expect(modelName(model, true)).toBe(expected);
});

test('another server gets a name as it is, since it may have that model still', () => {
  expect(modelName('gpt-realtime', false)).toBe('gpt-realtime');
  expect(modelName('', false)).toBe('gpt-realtime-2.1');
});

test('OpenAI writes down what is said by a model that it keeps, another server by the name that is known most', () => {
  expect(transcriptionModel(true)).toBe('gpt-transcribe');
  expect(transcriptionModel(false)).toBe('whisper-1');
});

test('warns of a model sixty days before its end and ever after, and of no other', () => {
  const on = (day: string, model: string) => endingSoon(model, new Date(`${day}T00:00:00Z`));
  expect(on('2026-11-20', 'gpt-realtime')).toBeNull();
  expect(on('2026-11-22', 'gpt-realtime')).toMatch(/by 2027-01-20\. gpt-realtime-2\.1 answers/);
  expect(on('2027-06-01', 'gpt-realtime-mini-2025-10-06')).toMatch(/gpt-realtime-2\.1-mini answers/);
  for (const model of ['', 'gpt-realtime-2.1', 'toString']) expect(on('2027-06-01', model)).toBeNull();
});
