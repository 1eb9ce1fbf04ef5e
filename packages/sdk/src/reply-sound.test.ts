import { describe, expect, it } from 'vitest';
import type { ServerSignal } from './from-wire.ts';
import { heardAt, noSound, type ReplySound } from './reply-sound.ts';
import {
  captionText,
  closed,
  emptyTranscript,
  heardUntil,
  isSounding,
  type Transcript,
  withSignal,
} from './transcript.ts';

const pieces = [
  { text: 'The lighthouse ', startMs: 0 },
  { text: 'is open ', startMs: 1_000 },
  { text: 'until nine.', startMs: 2_000 },
];
const playing = (playedMs: number, atMs = 0): ReplySound => ({
  ...noSound('r1'),
  pieces,
  mark: { playedMs, isPlaying: true, atMs },
});
const heardText = (sound: ReplySound, nowMs: number): string => heardAt(sound, nowMs).text;

describe('the words of a reply that are heard', () => {
  it('are none before its sound begins', () => {
    expect(heardText({ ...noSound('r1'), pieces }, 10_000)).toBe('');
    expect(heardText(playing(0), 0)).toBe('');
  });

  it('grow word by word, each span no sooner than its sound', () => {
    const heard = Array.from({ length: 60 }, (_, step) => heardText(playing(0), step * 100));
    for (const [index, text] of heard.entries()) expect(text.startsWith(heard[index - 1] ?? '')).toBe(true);
    const firstWith = (word: string) => heard.findIndex((text) => text.includes(word)) * 100;
    expect(firstWith('The')).toBeLessThan(firstWith('lighthouse'));
    expect(firstWith('is')).toBeGreaterThan(1_000);
    expect(firstWith('is')).toBeLessThan(1_400);
    expect(firstWith('until')).toBeGreaterThan(2_000);
    expect(heard.at(-1)).toBe('The lighthouse is open until nine.');
  });

  it('grow word by word where the writing has no blanks', () => {
    const chinese: ReplySound = {
      ...noSound('r1'),
      pieces: [
        { text: '灯塔每天开放。', startMs: 0 },
        { text: '晚上九点关门。', startMs: 2_000 },
      ],
      mark: { playedMs: 0, isPlaying: true, atMs: 0 },
    };
    const heard = Array.from({ length: 60 }, (_, step) => heardText(chinese, step * 100));
    for (const [index, text] of heard.entries()) expect(text.startsWith(heard[index - 1] ?? '')).toBe(true);
    expect(new Set(heard).size).toBeGreaterThan(6);
    expect(heardText(chinese, 1_000)).toBe('灯塔每天');
    expect(heardText(chinese, 60_000)).toBe('灯塔每天开放。晚上九点关门。');
  });

  it('wait where the sound waits, and go on from there', () => {
    const held: ReplySound = { ...noSound('r1'), pieces, mark: { playedMs: 1_500, isPlaying: false, atMs: 0 } };
    expect(heardText(held, 60_000)).toBe(heardText(held, 0));
    expect(heardText(held, 0)).not.toContain('until');
    expect(heardText(playing(1_500, 60_000), 61_000)).toContain('until');
  });

  it('are guessed by their length where the voice does not say when they sound', () => {
    const untimed: ReplySound = {
      ...noSound('r1'),
      pieces: [{ text: 'One two three four five six seven eight nine ten.', startMs: null }],
      mark: { playedMs: 0, isPlaying: true, atMs: 0 },
    };
    expect(heardText(untimed, 1_500)).toContain('two');
    expect(heardText(untimed, 1_500)).not.toContain('ten');
    expect(heardText(untimed, 6_000)).toContain('ten.');
  });

  it.each([
    ['灯塔每天早上九点开放，晚上九点关门。', '灯塔', '关门'],
    ['灯台は毎朝九時に開き、夜九時に閉まります。', '灯台', '閉'],
    ['등대는 매일 아침 아홉 시에 열고 밤 아홉 시에 닫습니다.', '등대는', '닫습니다'],
  ])('are guessed slower where a character is a syllable: %s', (text, first, last) => {
    const untimed: ReplySound = {
      ...noSound('r1'),
      pieces: [{ text, startMs: null }],
      mark: { playedMs: 0, isPlaying: true, atMs: 0 },
    };
    expect(heardText(untimed, 700)).toContain(first);
    expect(heardText(untimed, 2_300)).not.toContain(last);
    expect(heardText(untimed, 5_500)).toBe(text);
  });
});

describe('captions in step with what is heard', () => {
  const delta = (text: string, audioStartMs?: number | null): ServerSignal => ({
    type: 'reply-delta',
    replyId: 'r1',
    text,
    ...(audioStartMs === undefined ? {} : { audioStartMs }),
  });
  const sound = (playedMs: number, isPlaying: boolean, atMs: number): ServerSignal => ({
    type: 'reply-sound',
    replyId: 'r1',
    playedMs,
    isPlaying,
    atMs,
  });
  const told = pieces.map(({ text, startMs }) => delta(text, startMs));
  const after = (...signals: ServerSignal[]): Transcript => signals.reduce(withSignal, emptyTranscript);
  const shown = (transcript: Transcript) => transcript.captions.map(captionText);

  it('show no word before it is heard, though the whole text is known', () => {
    const whole = 'The lighthouse is open until nine.';
    const begun = after(...told, { type: 'reply-text-done', replyId: 'r1', text: whole }, sound(0, true, 0));
    expect([shown(begun), begun.captions[0]?.text]).toEqual([[''], whole]);
    expect(isSounding(begun)).toBe(true);
    const later = heardUntil(begun, 1_700);
    expect(shown(later)[0]).toMatch(/^The lighthouse is/);
    expect(shown(later)[0]).not.toContain('until');
    // Nothing changes for pages while no other word is heard.
    expect(heardUntil(later, 1_701)).toBe(later);
    expect(shown(heardUntil(later, 30_000))).toEqual([whole]);
  });

  it('never take a word back while the reply goes on', () => {
    const heard = heardUntil(after(...told, sound(0, true, 0)), 2_500);
    const held = heardUntil(withSignal(heard, sound(1_200, false, 2_500)), 2_600);
    expect(shown(held)).toEqual(shown(heard));
    expect(isSounding(held)).toBe(false);
  });

  it('are whole when the reply is over, or cut where it was interrupted', () => {
    const begun = heardUntil(after(...told, sound(0, true, 0)), 1_300);
    const end = { type: 'reply-done', replyId: 'r1', interrupted: false, playedMs: null, heardText: null } as const;
    const final = withSignal(begun, end).captions[0];
    expect(final).toEqual({
      id: 'avatar-r1',
      speaker: 'avatar',
      status: 'final',
      text: 'The lighthouse is open until nine.',
    });
    const cut = withSignal(begun, { ...end, interrupted: true, heardText: 'The lighthouse' });
    expect([shown(cut), isSounding(cut)]).toEqual([['The lighthouse'], false]);
    expect(closed(begun).captions[0]).not.toHaveProperty('heardText');
    expect(isSounding(closed(begun))).toBe(false);
  });

  it('show all text at once where the server does not tell when it sounds', () => {
    const plain = after(delta('It is noon.'));
    expect([shown(plain), isSounding(plain)]).toEqual([['It is noon.'], false]);
    expect(plain.captions[0]).not.toHaveProperty('heardText');
  });
});
