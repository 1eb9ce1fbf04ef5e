import { describe, expect, it } from 'vitest';
import type { ServerSignal } from './from-wire.ts';
import { closed, emptyTranscript, type Transcript, withSignal } from './transcript.ts';

function play(...signals: ServerSignal[]): Transcript {
  return signals.reduce(withSignal, emptyTranscript);
}

const started: ServerSignal = { type: 'user-speech-started', itemId: 'i1' };
const delta = (text: string): ServerSignal => ({ type: 'reply-delta', replyId: 'r1', text });
const done = (interrupted: boolean | null, heardText: string | null = null): ServerSignal => ({
  type: 'reply-done',
  replyId: 'r1',
  interrupted,
  playedMs: null,
  heardText,
});

describe('transcript', () => {
  it('removes the placeholder when nothing was understood', () => {
    expect(play(started).captions).toHaveLength(1);
    expect(play(started, { type: 'user-transcript', itemId: 'i1', text: ' ' }).captions).toEqual([]);
  });

  it('cuts an interrupted reply to what was heard', () => {
    const { captions } = play(
      delta('One two three'),
      { type: 'reply-text-done', replyId: 'r1', text: 'One two three four' },
      started,
      done(true, 'One two'),
      delta(' late'),
    );
    expect(captions.find(({ speaker }) => speaker === 'avatar')).toMatchObject({
      text: 'One two',
      status: 'interrupted',
    });
  });

  it('takes a reply that the user spoke over as interrupted when the server does not say', () => {
    expect(play(delta('One'), started, done(null)).captions[0]?.status).toBe('interrupted');
    expect(play(started, delta('One'), done(null)).captions[1]?.status).toBe('final');
    expect(play(delta('One'), started, done(false)).captions[0]?.status).toBe('final');
  });

  it('leaves nothing open when the call ends', () => {
    expect(closed(play(delta('One'), started)).captions).toEqual([
      { id: 'avatar-r1', speaker: 'avatar', text: 'One', status: 'interrupted' },
    ]);
  });
});
