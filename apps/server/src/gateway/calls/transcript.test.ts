import type { SessionCommand, SessionEvent } from '@visavis/media/session-events';
import { describe, expect, it } from 'vitest';
import { emptyTranscript, noteCommand, noteEvent, type RecordedFact, type Transcript } from './transcript.ts';

const TURN_DETECTION = { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 };

/** Feeds a transcript and keeps what it records. */
function writing() {
  let transcript: Transcript = emptyTranscript(TURN_DETECTION);
  const records: RecordedFact[] = [];
  const keep = (step: ReturnType<typeof noteEvent>): void => {
    transcript = step.transcript;
    if (step.fact !== null) records.push(step.fact);
  };
  return {
    records,
    at: (atMs: number, event: SessionEvent) => keep(noteEvent(transcript, event, atMs)),
    command: (command: SessionCommand) => keep(noteCommand(transcript, command)),
    open: () => [transcript.heardTurns, transcript.replies],
  };
}

describe('the transcript of a talk', () => {
  it('records when each message began to be heard, and how long after the turn an answer began', () => {
    const { at, records, open } = writing();
    const latency = { transcriptMs: 400, firstTextMs: 500, firstAudioMs: 700, firstSoundMs: 812 };
    at(5_000, { type: 'user-speech-started', itemId: 'u', audioStartMs: 0 });
    at(7_000, { type: 'user-speech-stopped', itemId: 'u', audioEndMs: 2_000 });
    at(7_400, { type: 'user-transcript-done', itemId: 'u', text: 'Two seats, please' });
    at(7_500, { type: 'reply-text-delta', turnId: 'r', text: 'Two seats. ' });
    at(7_812, { type: 'turn-latency', turnId: 'r', latency });
    // It was held for a second while the person hummed.
    at(10_812, { type: 'reply-done', turnId: 'r', interrupted: false, playedMs: 2_000, heardText: 'Two seats.' });
    at(20_000, { type: 'reply-text-delta', turnId: 'r2', text: 'Anything else?' });
    at(21_500, { type: 'reply-done', turnId: 'r2', interrupted: false, playedMs: 900, heardText: 'Anything else?' });
    expect(records).toEqual([
      { kind: 'message', role: 'user', text: 'Two seats, please', startedAtMs: 4_700 },
      {
        kind: 'message',
        role: 'assistant',
        text: 'Two seats. ',
        interrupted: false,
        startedAtMs: 7_812,
        latencyMs: 812,
      },
      { kind: 'message', role: 'assistant', text: 'Anything else?', interrupted: false, startedAtMs: 20_600 },
    ]);
    expect(open()).toEqual([[], []]);
  });

  it('names the places in documents that an answer was made with, each once', () => {
    const { at, records, open } = writing();
    const place = { source: 'handbook.pdf', page: 2, part: 5 };
    const other = { source: 'faq', page: null, part: 1 };
    at(0, { type: 'reply-sources', turnId: 'r', sources: [place] });
    at(10, { type: 'reply-text-delta', turnId: 'r', text: 'From seven.' });
    at(20, { type: 'reply-sources', turnId: 'r', sources: [place, other] });
    at(900, { type: 'reply-done', turnId: 'r', interrupted: false, playedMs: 800, heardText: 'From seven.' });
    at(950, { type: 'reply-text-delta', turnId: 's', text: 'Hello.' });
    at(990, { type: 'reply-done', turnId: 's', interrupted: false, playedMs: 30, heardText: 'Hello.' });
    expect(records).toMatchObject([{ text: 'From seven.', sources: [place, other] }, { text: 'Hello.' }]);
    expect(records[1]).not.toHaveProperty('sources');
    expect(open()).toEqual([[], []]);
  });

  it('keeps of a reply that was cut what was heard, and of a whole one its whole text', () => {
    const { at, records } = writing();
    at(0, { type: 'reply-text-delta', turnId: 'a', text: 'It is' });
    at(0, { type: 'reply-done', turnId: 'a', interrupted: true, playedMs: 10, heardText: 'It' });
    at(0, { type: 'reply-text-delta', turnId: 'b', text: 'It' });
    at(0, { type: 'reply-text-done', turnId: 'b', text: 'It is late.' });
    at(0, { type: 'reply-text-done', turnId: 'b', text: 'Told twice.' });
    at(0, { type: 'reply-done', turnId: 'b', interrupted: false, playedMs: 10, heardText: '' });
    at(0, { type: 'reply-done', turnId: 'c', interrupted: true, playedMs: 0, heardText: ' ' });
    expect(records).toEqual([
      { kind: 'message', role: 'assistant', text: 'It', interrupted: true, startedAtMs: -10 },
      { kind: 'message', role: 'assistant', text: 'It is late.', interrupted: false, startedAtMs: -10 },
    ]);
  });

  it('records typed words, calls of tools and their results, and neither history nor configuration', () => {
    const { at, command, records } = writing();
    command({ type: 'history', items: [{ role: 'user', text: 'Earlier' }] });
    command({ type: 'configure', patch: { prompt: 'P' } });
    command({ type: 'user-text', text: 'Hello', reply: true });
    at(0, { type: 'tool-call-done', turnId: 'r', callId: 'c', name: 'add', argumentsJson: '{"x":1}' });
    command({ type: 'tool-result', callId: 'c', output: '4', reply: true });
    expect(records).toEqual([
      { kind: 'message', role: 'user', text: 'Hello' },
      { kind: 'tool-call', callId: 'c', name: 'add', argumentsJson: '{"x":1}' },
      { kind: 'tool-result', callId: 'c', output: '4' },
    ]);
  });

  it('records one result of each call that was made, and that none came in time while none has', () => {
    const { at, command, records } = writing();
    const result = (callId: string, output: string) => command({ type: 'tool-result', callId, output, reply: true });
    for (const callId of ['late', 'quick']) {
      at(0, { type: 'tool-call-done', turnId: 'r', callId, name: 'add', argumentsJson: '{}' });
    }
    result('quick', '1');
    result('quick', 'told twice');
    result('nobody called', '2');
    for (const callId of ['late', 'quick', 'nobody called']) at(4_000, { type: 'tool-call-timed-out', callId });
    result('late', '3');
    expect(records.slice(2)).toEqual([
      { kind: 'tool-result', callId: 'quick', output: '1' },
      { kind: 'tool-result', callId: 'late', output: null },
      { kind: 'tool-result', callId: 'late', output: '3' },
    ]);
  });

  it('counts a turn from as much before its notice as the client wants kept', () => {
    const { at, command, records } = writing();
    command({ type: 'configure', patch: { turnDetection: { ...TURN_DETECTION, prefixPaddingMs: 100 } } });
    at(1_000, { type: 'user-speech-started', itemId: 'u', audioStartMs: 0 });
    at(2_000, { type: 'user-transcript-done', itemId: 'u', text: 'Hm' });
    at(3_000, { type: 'user-transcript-done', itemId: 'silent', text: ' ' });
    expect(records).toEqual([{ kind: 'message', role: 'user', text: 'Hm', startedAtMs: 900 }]);
  });
});
