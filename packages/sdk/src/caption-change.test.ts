import { describe, expect, it } from 'vitest';
import { type CaptionChange, captionChanges } from './caption-change.ts';
import type { ServerSignal } from './from-wire.ts';
import { closed, emptyTranscript, heardUntil, type Transcript, withSignal } from './transcript.ts';

const delta = (text: string, audioStartMs: number | null): ServerSignal => ({
  type: 'reply-delta',
  replyId: 'r1',
  text,
  audioStartMs,
});
const sound = (playedMs: number, isPlaying: boolean, atMs: number): ServerSignal => ({
  type: 'reply-sound',
  replyId: 'r1',
  playedMs,
  isPlaying,
  atMs,
});
const end = (interrupted: boolean, playedMs: number, heardText: string): ServerSignal => ({
  type: 'reply-done',
  replyId: 'r1',
  interrupted,
  playedMs,
  heardText,
});
const told = [delta('The lighthouse ', 0), delta('is open.', 1_000)];

/** What is told from each of these to the next. */
class Page {
  transcript: Transcript = emptyTranscript;
  readonly changes: CaptionChange[] = [];

  take(...signals: readonly ServerSignal[]): this {
    for (const signal of signals) this.#put(withSignal(this.transcript, signal), 0);
    return this;
  }

  pass(fromMs: number, untilMs: number): this {
    for (let nowMs = fromMs; nowMs <= untilMs; nowMs += 50) this.#put(heardUntil(this.transcript, nowMs), nowMs);
    return this;
  }

  end(): void {
    this.#put(closed(this.transcript), 0);
  }

  get said(): (string | undefined)[] {
    return this.changes.map(({ words, wordIndex }) => words[wordIndex]?.text);
  }

  #put(next: Transcript, nowMs: number): void {
    this.changes.push(...captionChanges(this.transcript, next, nowMs));
    this.transcript = next;
  }
}

describe('what is being said', () => {
  it('is told word by word as it is heard, not as it comes', () => {
    const page = new Page().take(...told);
    expect(page.changes).toEqual([]);
    page.take(sound(0, true, 0)).pass(0, 1_050);
    expect(page.said).toEqual(['The', 'lighthouse']);
    page.pass(1_100, 2_000);
    expect(page.said).toEqual(['The', 'lighthouse', 'is', 'open']);
    expect(page.changes[2]).toMatchObject({
      replyId: 'r1',
      captionId: 'avatar-r1',
      state: 'playing',
      text: 'The lighthouse is open.',
      wordIndex: 2,
    });
    const { playedMs = 0, words = [] } = page.changes[2] ?? {};
    expect(playedMs).toBeGreaterThan(1_000);
    expect(playedMs).toBeLessThan(1_100);
    for (const { from, text } of words) expect('The lighthouse is open.'.slice(from, from + text.length)).toBe(text);
    expect(page.transcript.captions[0]?.wordSaid).toEqual({ from: 18, to: 22 });
  });

  it('stands still while the sound waits', () => {
    const page = new Page().take(...told, sound(0, true, 0)).pass(0, 600);
    const before = page.changes.length;
    page.take(sound(480, false, 600)).pass(600, 5_000);
    expect(page.changes.length).toBe(before);
  });

  it('follows what the server tells of all words, once it knows', () => {
    const words = [
      { text: 'It', startMs: 0, endMs: 400, estimated: true },
      { text: 'is', startMs: 400, endMs: 2_000, estimated: true },
      { text: 'noon', startMs: 2_000, endMs: 3_000, estimated: true },
    ];
    const page = new Page().take(delta('It is noon.', null), sound(0, true, 0));
    page.take({ type: 'reply-words', replyId: 'r1', words: words.slice(0, 2) });
    page.take({ type: 'reply-words', replyId: 'r1', words: words.slice(2) });
    page.pass(0, 2_100);
    expect(page.said).toEqual(['It', 'is']);
    page.pass(2_150, 2_200);
    expect(page.changes.at(-1)).toMatchObject({ wordIndex: 2, words: words.map((word) => word) });
  });

  it('is whole when the reply has ended', () => {
    const page = new Page().take(...told, sound(0, true, 0)).pass(0, 1_000);
    page.take(end(false, 1_900, 'The lighthouse is open.'));
    expect(page.changes.at(-1)).toMatchObject({ state: 'ended', playedMs: 1_900, wordIndex: 3 });
    expect(page.changes.filter(({ state }) => state !== 'playing')).toHaveLength(1);
  });

  it('ends where it was heard when the reply is interrupted', () => {
    const page = new Page().take(...told, sound(0, true, 0)).pass(0, 900);
    page.take(end(true, 780, 'The lighthouse'));
    const last = page.changes.at(-1);
    expect(last).toMatchObject({ state: 'interrupted', text: 'The lighthouse', playedMs: 780, wordIndex: 1 });
    expect(last?.words.map(({ text }) => text)).toEqual(['The', 'lighthouse']);
    expect(last?.words.at(-1)?.endMs).toBe(780);
  });

  it('ends where it was heard when the connection does', () => {
    const page = new Page().take(...told, sound(0, true, 0)).pass(0, 900);
    page.end();
    expect(page.changes.at(-1)).toMatchObject({ state: 'interrupted' });
  });

  it('is not told of a reply that was never heard, nor where the server does not tell when words sound', () => {
    const unheard = new Page().take(...told, end(true, 0, ''));
    const plain = new Page();
    plain.take({ type: 'reply-delta', replyId: 'r1', text: 'It is noon.' }).pass(0, 2_000);
    plain.take(end(false, 900, 'It is noon.'));
    expect([unheard.changes, plain.changes]).toEqual([[], []]);
  });
});
