import type { Caption } from '@visavis/sdk';
import { expect, it } from 'vitest';
import { callDurationMs, transcriptText } from './transcript-text.ts';

const words = {
  you: 'You',
  interrupted: 'interrupted',
  said: (speaker: string, text: string) => `${speaker}: ${text}`,
};

it('writes what was said, a line each, without what was never said', () => {
  const captions: Caption[] = [
    { id: '1', speaker: 'avatar', text: 'Hello, I am Iris.', status: 'final' },
    { id: '2', speaker: 'user', text: 'Where is the garden?', status: 'final' },
    { id: '3', speaker: 'avatar', text: 'Behind the house, past', status: 'interrupted' },
    { id: '4', speaker: 'user', text: '', status: 'pending' },
  ];
  expect(transcriptText(captions, 'Iris', words)).toBe(
    'Iris: Hello, I am Iris.\nYou: Where is the garden?\nIris: Behind the house, past — interrupted\n',
  );
});

it('counts a call from its first picture, and one that had none as nothing', () => {
  expect(callDurationMs({ connectedAtMs: 1_000, endedAtMs: 66_000 })).toBe(65_000);
  expect(callDurationMs({ connectedAtMs: null, endedAtMs: 66_000 })).toBeNull();
  expect(callDurationMs({ connectedAtMs: 1_000, endedAtMs: null })).toBeNull();
});
