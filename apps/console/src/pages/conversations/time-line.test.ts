import type { Message, ToolCall } from '@visavis/protocol/rest';
import { expect, test } from 'vitest';
import { en } from '../../i18n/en/console.ts';
import { entriesOf, filmOffsetMs, heardAt, talkMs } from './time-line.ts';
import { transcriptText } from './transcript-text.ts';

const talk = { startedAt: '2026-05-01T10:00:00.000Z', endedAt: '2026-05-01T10:00:12.000Z', recordingOffsetMs: null };

test('a film tells where it begins; an older one ends with its talk; one that was cut off says nothing', () => {
  expect(talkMs(talk)).toBe(12_000);
  expect(talkMs({ ...talk, endedAt: null })).toBeNull();
  expect(filmOffsetMs({ ...talk, recordingOffsetMs: 0 }, 7_500)).toBe(0);
  expect(filmOffsetMs(talk, 7_500)).toBe(4_500);
  expect(filmOffsetMs(talk, 11_500)).toBe(0);
  expect(filmOffsetMs(talk, 20_000)).toBe(0);
  expect(filmOffsetMs(talk, Number.POSITIVE_INFINITY)).toBe(0);
  expect(filmOffsetMs(talk, Number.NaN)).toBe(0);
  expect(filmOffsetMs({ ...talk, endedAt: null }, 5_000)).toBe(0);
});

test('the message that is heard is the one that began last and is not over', () => {
  const messages = [
    { messageId: 1, offsetMs: 1_000, endMs: 6_000 },
    { messageId: 2, offsetMs: 5_000, endMs: 7_000 },
    { messageId: 3, offsetMs: 9_000, endMs: 12_000 },
  ];
  const heard = [0, 1_000, 4_999, 5_000, 6_500, 7_000, 8_999, 9_000, 12_000].map((atMs) => heardAt(messages, atMs));
  expect(heard).toEqual([null, 1, 1, 2, 2, null, null, 3, null]);
  expect(heardAt([], 5)).toBeNull();
});

test('calls of tools stand between the messages where they were made, and are copied with what came of them', () => {
  const at = '2026-05-01T10:00:00.000Z';
  const message: Message = {
    messageId: 3,
    role: 'user',
    text: 'Well?',
    at,
    offsetMs: 5_000,
    endMs: 6_000,
    latencyMs: null,
    interrupted: false,
    sources: [],
    by: null,
  };
  const answered: ToolCall = {
    ordinal: 2,
    callId: 'c',
    name: 'add',
    argumentsJson: '{"x":1}',
    by: null,
    state: 'answered',
    output: '4',
    requestedAt: at,
    answeredAt: at,
    offsetMs: 2_000,
    durationMs: 300,
  };
  const silent: ToolCall = {
    ...answered,
    ordinal: 4,
    state: 'timed-out',
    output: null,
    answeredAt: null,
    durationMs: null,
  };
  const shown = { startedAt: at, messages: [message], toolCalls: [answered, silent] };
  expect(entriesOf(shown).map(({ kind, place }) => [kind, place])).toEqual([
    ['tool-call', 2],
    ['message', 3],
    ['tool-call', 4],
  ]);
  const clock = (milliseconds: number) => `${milliseconds / 1000}`;
  expect(transcriptText(shown, en.conversations, clock).split('\n')).toEqual([
    at,
    '',
    '[2] Tool: add({"x":1}) → 4',
    '[5] Person: Well?',
    '[2] Tool: add({"x":1}) [no result in time]',
    '',
  ]);
});
