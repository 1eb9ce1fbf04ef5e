import { describe, expect, it } from 'vitest';
import { HEAD_STILL } from '../core/head-motion.ts';
import { Expression, type ExpressionPose } from './expression.ts';
import { SentenceMoods } from './sentence-moods.ts';

const PICTURE_MS = 40;
/** The most that smile and brows may change from one picture to the next. */
const MAX_STEP = 0.12;

/** Plays a call's media time, picture by picture. */
class Stage {
  readonly expression: Expression;
  timeMs = 0;
  poses: ExpressionPose[] = [];

  constructor(options: { language?: string; seed?: string } = {}) {
    this.expression = new Expression({ seed: options.seed ?? 'call', language: options.language ?? 'en' });
  }

  /** `turnId` sounds from its beginning; null is silence. */
  play(durationMs: number, turnId: string | null = null): ExpressionPose[] {
    const played: ExpressionPose[] = [];
    for (let positionMs = 0; positionMs < durationMs; positionMs += PICTURE_MS) {
      this.timeMs += PICTURE_MS;
      const position = turnId === null ? null : { turnId, positionMs };
      played.push({ ...this.expression.advance(this.timeMs, position) });
    }
    this.poses.push(...played);
    return played;
  }

  say(turnId: string, text: string, durationMs = 4000): ExpressionPose[] {
    this.expression.handle({ type: 'reply-text', turnId, text, audioStartMs: 0 });
    const played = this.play(durationMs, turnId);
    this.expression.endReply(turnId);
    return played;
  }
}

function most(poses: readonly ExpressionPose[], channel: 'smile' | 'brows' | 'nod'): number {
  return Math.max(...poses.map((pose) => pose[channel]));
}

function least(poses: readonly ExpressionPose[], channel: 'smile' | 'brows' | 'nod'): number {
  return Math.min(...poses.map((pose) => pose[channel]));
}

/** Syllables of 200 ms, PCM16 at 24 kHz; those listed are three times as loud. */
function syllables(count: number, stressed: readonly number[]): Int16Array {
  const length = 4800;
  const pcm = new Int16Array(count * length);
  for (let i = 0; i < pcm.length; i++) {
    const syllable = Math.floor(i / length);
    const swell = Math.sin((Math.PI * (i % length)) / length);
    const loudness = stressed.includes(syllable) ? 15_000 : 5000;
    pcm[i] = Math.round(loudness * swell * Math.sin(i / 20));
  }
  return pcm;
}

describe('the mood of a sentence', () => {
  it.each([
    ['I am sorry to hear that.', -1],
    ['That must have been hard for you.', -1],
    ['That is wonderful news!', 1],
    ['It is not bad.', 1],
    ['The train leaves at nine.', 0],
    ['', 0],
  ])('%s', (sentence, sign) => {
    const moods = new SentenceMoods();
    moods.add(sentence, 0);
    expect(Math.sign(moods.at(100))).toBe(sign);
  });

  it('follows the sentences along the sound, however the text is cut into pieces', () => {
    const text = 'The train leaves at nine. I am so sorry for your loss! That is wonderful news.';
    const whole = new SentenceMoods();
    whole.add(text, 0);
    const pieces = new SentenceMoods();
    for (const letter of text) pieces.add(letter, null);
    for (const moods of [whole, pieces]) {
      const signs = [0, 1000, 2000, 2900, 3700, 9000].map((positionMs) => Math.sign(moods.at(positionMs)));
      expect(signs).toEqual([0, 0, -1, -1, 1, 1]);
    }
  });

  it('takes the time that the voice gives', () => {
    const moods = new SentenceMoods();
    moods.add('The train leaves at nine.', 0);
    moods.add(' I am sorry.', 5000);
    expect(moods.at(4900)).toBe(0);
    expect(moods.at(5200)).toBeLessThan(0);
  });

  it('keeps nothing of a text without end', () => {
    const moods = new SentenceMoods();
    for (let i = 0; i < 2000; i++) moods.add('word '.repeat(20), null);
    expect(moods.at(1e9)).toBe(0);
  });
});

describe('expression', () => {
  it('smiles when it greets, and no longer than a greeting takes', () => {
    const stage = new Stage();
    stage.expression.handle({ type: 'greeting', turnId: 'resp_1' });
    const played = stage.say('resp_1', 'My name is Iris and this is a long description of the house.', 6000);
    expect(most(played.slice(0, 65), 'smile')).toBeGreaterThan(0.45);
    expect(played.at(-1)?.smile).toBeLessThan(0.02);
  });

  it('looks concerned at sad words and pleased at happy ones', () => {
    const stage = new Stage();
    const sad = stage.say('resp_1', 'I am sorry to hear that.');
    expect(least(sad, 'brows')).toBeLessThan(-0.25);
    expect(most(sad, 'smile')).toBe(0);
    const happy = stage.say('resp_2', 'Congratulations, that is wonderful news!');
    expect(most(happy, 'smile')).toBeGreaterThan(0.3);
  });

  it('stays neutral at neutral words and in a language without a lexicon', () => {
    expect(new Stage().say('resp_1', 'The train leaves at nine.').every(isRest)).toBe(true);
    // "die" is a sad word of English and an article of German.
    expect(new Stage({ language: 'de-DE' }).say('resp_1', 'Die Leute lieben die Sonne.').every(isRest)).toBe(true);
    const changed = new Stage({ language: 'de' });
    changed.expression.handle({ type: 'language', language: 'en-GB' });
    expect(changed.say('resp_1', 'I am so happy!').every(isRest)).toBe(false);
  });

  it('is at rest soon after a reply, exactly, and stays so in a long silence', () => {
    const stage = new Stage();
    stage.say('resp_1', 'I am so happy, this is wonderful!');
    expect(stage.expression.isAtRest).toBe(false);
    stage.play(1600);
    expect(stage.expression.isAtRest).toBe(true);
    expect(stage.play(60_000).every(isRest)).toBe(true);
  });

  it('forgets what an interrupted reply called for, and keeps what another one or the client did', () => {
    const smileAfter = (kept: readonly string[], byClient = false): number => {
      const stage = new Stage();
      const wish = { expression: 'smile', intensity: 1, durationMs: 4000 } as const;
      stage.expression.handle(
        byClient ? { type: 'wish', ...wish } : { type: 'reply-wish', turnId: 'resp_1', atMs: 0, ...wish },
      );
      stage.play(600, 'resp_1');
      stage.expression.dropReplies(kept);
      stage.play(1600);
      return stage.poses.at(-1)?.smile ?? 0;
    };
    expect(smileAfter([])).toBe(0);
    expect(smileAfter(['resp_2'])).toBe(0);
    expect(smileAfter(['resp_1'])).toBeGreaterThan(0.8);
    expect(smileAfter([], true)).toBeGreaterThan(0.8);
  });

  it('nods with stressed syllables, lowest when they sound, and not in even speech', () => {
    const stressed = [6, 14, 22, 30, 38];
    const depths = stressed.map(() => 0);
    let even = 0;
    for (const seed of ['a', 'b', 'c', 'd']) {
      const lively = new Stage({ seed });
      lively.expression.appendSound('resp_1', syllables(44, stressed));
      const poses = lively.play(44 * 200, 'resp_1');
      for (const [i, syllable] of stressed.entries()) {
        const around = poses.slice((syllable * 200) / PICTURE_MS, (syllable * 200 + 240) / PICTURE_MS);
        depths[i] = Math.max(depths[i] as number, most(around, 'nod'));
      }
      expect(most(poses, 'nod')).toBeLessThanOrEqual(0.6);
      const flat = new Stage({ seed });
      flat.expression.appendSound('resp_1', syllables(44, []));
      even = Math.max(even, most(flat.play(44 * 200, 'resp_1'), 'nod'));
    }
    expect(depths.filter((depth) => depth > 0.25).length).toBeGreaterThanOrEqual(4);
    expect(even).toBe(0);
  });

  it('shows in short acts that it listens, and rests in between', () => {
    const stage = new Stage();
    stage.expression.setUserSpeaking(true);
    const poses = stage.play(30_000);
    expect(most(poses, 'brows')).toBeGreaterThan(0.1);
    expect(most(poses, 'nod')).toBeGreaterThan(0.2);
    expect(poses.filter((pose) => !isRest(pose)).length / poses.length).toBeLessThan(0.15);
    stage.expression.setUserSpeaking(false);
    stage.play(2000);
    expect(stage.play(30_000).every(isRest)).toBe(true);
  });

  it.each([
    ['smile', 'smile', 0.8],
    ['surprised', 'brows', 0.8],
    ['nod', 'nod', 0.8],
  ] as const)('shows %s when the client asks for it, then rests', (expression, channel, intensity) => {
    const stage = new Stage();
    stage.expression.handle({ type: 'wish', expression, intensity, durationMs: 1500 });
    expect(most(stage.play(1500), channel)).toBeGreaterThan(intensity * 0.9);
    stage.play(1700);
    expect(stage.expression.isAtRest).toBe(true);
  });

  it('shows what the words of a reply call for as they are heard, and nothing of a reply that was ended', () => {
    const stage = new Stage();
    const wish = { type: 'reply-wish', turnId: 'resp_1', intensity: 0.8, durationMs: 1500 } as const;
    stage.expression.handle({ ...wish, atMs: 2000, expression: 'smile' });
    stage.expression.handle({ ...wish, atMs: 4000, expression: 'surprised' });
    const played = stage.play(6000, 'resp_1');
    const at = (fromMs: number, toMs: number) => played.slice(fromMs / PICTURE_MS, toMs / PICTURE_MS);
    expect(at(0, 1600).every(isRest)).toBe(true);
    expect(most(at(2000, 3400), 'smile')).toBeGreaterThan(0.7);
    expect(most(at(4000, 5400), 'brows')).toBeGreaterThan(0.7);
    stage.expression.handle({ ...wish, turnId: 'resp_2', atMs: 0, expression: 'smile' });
    stage.expression.endReply('resp_2');
    stage.play(2000);
    expect(most(stage.play(2000, 'resp_2'), 'smile')).toBe(0);
  });

  it('lets the client calm the face', () => {
    const stage = new Stage();
    stage.expression.handle({ type: 'wish', expression: 'neutral', intensity: 1, durationMs: 5000 });
    expect(stage.say('resp_1', 'Congratulations, that is wonderful news!').every(isRest)).toBe(true);
    stage.expression.handle({ type: 'wish', expression: 'concerned', intensity: 9, durationMs: 1e12 });
    expect(least(stage.play(2000), 'brows')).toBeGreaterThanOrEqual(-1);
    stage.play(62_000);
    expect(stage.expression.isAtRest).toBe(true);
  });

  it('never jumps, whatever comes when', () => {
    const stage = new Stage();
    stage.expression.handle({ type: 'greeting', turnId: 'resp_1' });
    stage.say('resp_1', 'Hello! I am so sorry. That is great! Terrible, awful, horrible. Wonderful, lovely!', 9000);
    stage.expression.setUserSpeaking(true);
    stage.play(3000);
    for (const expression of ['surprised', 'concerned', 'smile', 'neutral', 'nod'] as const) {
      stage.expression.handle({ type: 'wish', expression, intensity: 1, durationMs: 600 });
      stage.play(400);
    }
    stage.play(3000);
    for (const [i, pose] of stage.poses.entries()) {
      const before = stage.poses[i - 1] ?? { smile: 0, brows: 0, nod: 0 };
      expect(Math.abs(pose.smile - before.smile)).toBeLessThan(MAX_STEP);
      // From raised to concerned is twice the way.
      expect(Math.abs(pose.brows - before.brows)).toBeLessThan(2 * MAX_STEP);
      expect(pose.smile).toBeGreaterThanOrEqual(0);
    }
  });

  it('moves the same way for the same seed', () => {
    const run = (seed: string) => {
      const stage = new Stage({ seed });
      stage.expression.appendSound('resp_1', syllables(44, [6, 14, 22, 30]));
      return stage.play(8000, 'resp_1');
    };
    expect(run('one')).toEqual(run('one'));
    expect(run('one')).not.toEqual(run('two'));
  });
});

function isRest(pose: ExpressionPose): boolean {
  return pose.smile === 0 && pose.brows === 0 && pose.nod === 0 && pose.head === HEAD_STILL;
}
