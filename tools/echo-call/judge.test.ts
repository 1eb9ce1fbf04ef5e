import { expect, it } from 'vitest';
import { type CallEvent, judge } from './judge.ts';

const started = (atMs: number, id: string): CallEvent => ({
  atMs,
  type: 'realtime.input_audio_buffer.speech_started',
  data: { item_id: id },
});
const words = (atMs: number, id: string, content: string): CallEvent => ({
  atMs,
  type: 'realtime.conversation.item.input_audio_transcription.completed',
  data: { item_id: id, content },
});
const replies = (atMs: number, id: string): CallEvent => ({
  atMs,
  type: 'realtime.response.audio_transcript.delta',
  data: { id },
});
const ends = (atMs: number, id: string, interrupted: boolean): CallEvent => ({
  atMs,
  type: 'realtime.response.audio.done',
  data: { id, interrupted },
});
const person = { startMs: 30_000, endMs: 32_000, overReply: true };

it('takes turns, words, cuts and answers without a person for the avatar’s own', () => {
  const events = [
    replies(1000, 'greeting'),
    started(2000, 'echo'),
    ends(4000, 'greeting', true),
    words(4000, 'echo', 'hello I am'),
    replies(5000, 'answer'),
  ];
  expect(judge(events, [person], [0])).toEqual({
    selfTurns: 1,
    selfTranscripts: ['hello I am'],
    selfInterruptions: 1,
    selfAnswers: 1,
    replies: 2,
    people: [{ ...person, noticedMs: null, transcript: '', answered: false }],
  });
});

it('takes what a person brings about for his doing, and what was asked for for nobody’s', () => {
  const events = [
    replies(1000, 'greeting'),
    ends(9000, 'greeting', false),
    replies(20_000, 'asked'),
    replies(20_500, 'asked'),
    started(30_300, 'person'),
    ends(33_000, 'asked', true),
    words(33_000, 'person', 'to call back'),
    replies(34_000, 'answer'),
    words(50_000, 'nobody', ' '),
  ];
  expect(judge(events, [person], [0, 19_000])).toEqual({
    selfTurns: 0,
    selfTranscripts: [],
    selfInterruptions: 0,
    selfAnswers: 0,
    replies: 3,
    people: [{ ...person, noticedMs: 300, transcript: 'to call back', answered: true }],
  });
});
