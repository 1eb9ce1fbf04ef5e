import type { ExpressionCue, ExpressionWish } from '../core/expression-cue.ts';
import { HEAD_STILL, type HeadMotion } from '../core/head-motion.ts';
import { seededRandom } from '../core/random.ts';
import { EmphasisTrack } from './emphasis.ts';
import { HeadLife } from './head-life.ts';
import { NodMotion, SmoothValue } from './motion.ts';
import { hasLexicon, SentenceMoods } from './sentence-moods.ts';

/** What the face shows beside speech: `smile` 0 to 1, `brows` -1 concerned to 1 raised, `nod` 0 to 1 lowest, and the head. */
export type ExpressionPose = {
  readonly smile: number;
  readonly brows: number;
  readonly nod: number;
  readonly head: HeadMotion;
};

/** Where in which reply the sound stands. */
type SoundPosition = { readonly turnId: string; readonly positionMs: number };

/** The face changes this much before the sentence is heard. */
const FACE_LEADS_MS = 240;
/** How long a greeting's smile lasts. */
const GREETING_MS = 2600;
const GREETING_SMILE = 0.55;
const HAPPY_SMILE = 0.5;
const HAPPY_BROWS = 0.12;
const SAD_BROWS = -0.75;
/** A nod is lowest at the stressed syllable. */
const EMPHASIS_NOD_MS = 480;
const EMPHASIS_EVERY_MS = 1100;
/** Not every stressed syllable is nodded at. */
const EMPHASIS_SHARE = 0.7;
const EMPHASIS_BROWS_MS = 400;
const EMPHASIS_BROWS = 0.6;
/** While the user talks the face acts only now and then, since each act is drawn and encoded for this call alone. */
const LISTENING_FIRST_MS = 700;
const LISTENING_EVERY_MS = 9000;
const LISTENING_BROWS_MS = 500;
const LISTENING_BROWS = 0.3;
const LISTENING_SMILE = 0.12;
const LISTENING_NOD_MS = 520;
const LISTENING_NOD_DEPTH = 0.4;
/** A longer step is a break: motion goes on from where it stands. */
const MAX_STEP_MS = 200;
const MAX_WISH_MS = 60_000;
const MAX_REPLY_WISHES = 100;
const WISHED_NOD_MS = 560;

type Reply = {
  readonly moods: SentenceMoods;
  readonly emphasis: EmphasisTrack;
  /** What it is to show, in the order of its sound. */
  readonly wishes: (ExpressionWish & { readonly atMs: number })[];
  isGreeting: boolean;
};
type Goal = { smile: number; brows: number };

/**
 * One call's acting: a smile in greetings, the mood of what is said, nods on stressed syllables, small signs of listening
 * while the user talks, and what the client asks for. Works on the call's media time; the same seed and the same input give
 * the same motion.
 */
export class Expression {
  readonly #random: () => number;
  readonly #replies = new Map<string, Reply>();
  readonly #smile = new SmoothValue();
  readonly #brows = new SmoothValue();
  readonly #nod = new NodMotion();
  readonly #head: HeadLife;
  #wishTurnId: string | null = null;
  readonly #pose = { smile: 0, brows: 0, nod: 0, head: HEAD_STILL };
  #judgesText: boolean;
  #timeMs = 0;
  #nextEmphasisAtMs = 0;
  #browsRaisedUntilMs = 0;
  #isUserSpeaking = false;
  #nextListeningAtMs = Number.POSITIVE_INFINITY;
  #listeningUntilMs = 0;
  #listensWithNod = false;
  #wish: (ExpressionWish & { endsAtMs: number | null }) | null = null;

  /** `language` is a BCP 47 tag; without a lexicon for it, sentences are taken as neutral. */
  constructor(options: { seed: string; language: string }) {
    this.#random = seededRandom(options.seed);
    this.#head = new HeadLife(seededRandom(`head:${options.seed}`));
    this.#judgesText = hasLexicon(options.language);
  }

  handle(cue: ExpressionCue): void {
    if (cue.type === 'greeting') this.#reply(cue.turnId).isGreeting = true;
    else if (cue.type === 'language') this.#judgesText = hasLexicon(cue.language);
    else if (cue.type === 'wish') this.#beginWish(cue, null);
    else if (cue.type === 'reply-wish') this.#addWish(cue);
    else if (this.#judgesText) this.#reply(cue.turnId).moods.add(cue.text, cue.audioStartMs);
  }

  /** Sound of a reply, PCM16 mono at 24 kHz. */
  appendSound(turnId: string, pcm24k: Int16Array): void {
    this.#reply(turnId).emphasis.append(pcm24k);
  }

  endReply(turnId: string): void {
    this.#replies.delete(turnId);
  }

  /** The replies but these are interrupted: what they called for ends, too. */
  dropReplies(keptTurnIds: readonly string[]): void {
    for (const turnId of this.#replies.keys()) if (!keptTurnIds.includes(turnId)) this.#replies.delete(turnId);
    if (this.#wishTurnId !== null && !keptTurnIds.includes(this.#wishTurnId)) this.#wish = null;
  }

  setUserSpeaking(speaking: boolean): void {
    if (speaking === this.#isUserSpeaking) return;
    this.#isUserSpeaking = speaking;
    this.#nextListeningAtMs = speaking ? this.#timeMs + LISTENING_FIRST_MS : Number.POSITIVE_INFINITY;
    this.#listensWithNod = false;
  }

  /** For heads that go where their film goes. */
  holdHead(): void {
    this.#head.hold();
  }

  get isAtRest(): boolean {
    return this.#smile.isAtRest && this.#brows.isAtRest && this.#nod.isAtRest && this.#head.isAtRest;
  }

  /** The pose at this media time, valid until the next call. Times come in order; `position` is null in silence. */
  advance(mediaTimeMs: number, position: SoundPosition | null): ExpressionPose {
    const elapsedMs = Math.min(MAX_STEP_MS, Math.max(0, mediaTimeMs - this.#timeMs));
    this.#timeMs = mediaTimeMs;
    if (position !== null) this.#beginReplyWishes(position);
    const goal = this.#wishedGoal() ?? this.#ownGoal(position);
    this.#smile.advance(goal.smile, elapsedMs);
    this.#brows.advance(goal.brows, elapsedMs);
    this.#pose.smile = this.#smile.value;
    this.#pose.brows = this.#brows.value;
    this.#pose.nod = this.#nod.at(mediaTimeMs);
    const emphasis = position === null ? undefined : this.#replies.get(position.turnId)?.emphasis;
    const speech = emphasis && position ? { emphasis, positionMs: position.positionMs } : null;
    this.#pose.head = this.#head.advance(mediaTimeMs, elapsedMs, speech);
    return this.#pose;
  }

  #reply(turnId: string): Reply {
    let reply = this.#replies.get(turnId);
    if (reply === undefined) {
      reply = { moods: new SentenceMoods(), emphasis: new EmphasisTrack(), wishes: [], isGreeting: false };
      this.#replies.set(turnId, reply);
    }
    return reply;
  }

  #addWish({ turnId, ...wish }: Extract<ExpressionCue, { type: 'reply-wish' }>): void {
    const { wishes } = this.#reply(turnId);
    if (wishes.length < MAX_REPLY_WISHES) wishes.push(wish);
  }

  /** What the words call for that are about to be heard, in place of what was called for before. */
  #beginWish(wish: ExpressionWish, turnId: string | null): void {
    this.#wish = { ...wish, endsAtMs: null };
    this.#wishTurnId = turnId;
  }

  #beginReplyWishes({ turnId, positionMs }: SoundPosition): void {
    const wishes = this.#replies.get(turnId)?.wishes ?? [];
    for (let next = wishes[0]; next !== undefined && next.atMs <= positionMs + FACE_LEADS_MS; next = wishes[0]) {
      wishes.shift();
      this.#beginWish(next, turnId);
    }
  }

  /** Null when the client asks for nothing that stands in the way of the face's own goal. */
  #wishedGoal(): Goal | null {
    const wish = this.#wish;
    if (wish === null) return null;
    const intensity = Math.min(1, Math.max(0, wish.intensity));
    if (wish.endsAtMs === null) {
      wish.endsAtMs = this.#timeMs + Math.min(MAX_WISH_MS, Math.max(0, wish.durationMs));
      if (wish.expression === 'nod') {
        const times = Math.max(1, Math.min(8, Math.round(wish.durationMs / WISHED_NOD_MS)));
        this.#nod.start(this.#timeMs, WISHED_NOD_MS, intensity, times);
      }
    }
    if (wish.expression === 'nod' || this.#timeMs >= wish.endsAtMs) {
      this.#wish = null;
      return null;
    }
    if (wish.expression === 'smile') return { smile: intensity, brows: 0 };
    if (wish.expression === 'concerned') return { smile: 0, brows: -intensity };
    if (wish.expression === 'surprised') return { smile: 0, brows: intensity };
    return { smile: 0, brows: 0 };
  }

  #ownGoal(position: SoundPosition | null): Goal {
    if (position === null) return this.#listeningGoal();
    const reply = this.#replies.get(position.turnId);
    return reply === undefined ? { smile: 0, brows: 0 } : this.#speakingGoal(reply, position.positionMs);
  }

  #speakingGoal(reply: Reply, positionMs: number): Goal {
    this.#nodOnEmphasis(reply.emphasis, positionMs);
    const mood = reply.moods.at(positionMs + FACE_LEADS_MS);
    const greets = reply.isGreeting && positionMs < GREETING_MS;
    const stressed = this.#timeMs < this.#browsRaisedUntilMs ? EMPHASIS_BROWS : 0;
    const raise = Math.max(stressed, this.#head.browsAt(this.#timeMs));
    return {
      smile: Math.max(greets ? GREETING_SMILE : 0, mood * HAPPY_SMILE),
      brows: mood < 0 && !greets ? -mood * SAD_BROWS : Math.max(0, mood) * HAPPY_BROWS + raise,
    };
  }

  #nodOnEmphasis(emphasis: EmphasisTrack, positionMs: number): void {
    if (this.#timeMs < this.#nextEmphasisAtMs) return;
    // Pictures are 40 ms apart and syllables are found to 20 ms: both halves are looked at.
    const peakMs = positionMs + EMPHASIS_NOD_MS / 2;
    const stress = Math.max(emphasis.at(peakMs), emphasis.at(peakMs + 20));
    if (stress === 0) return;
    this.#nextEmphasisAtMs = this.#timeMs + EMPHASIS_EVERY_MS * (0.8 + 0.8 * this.#random());
    if (this.#random() > EMPHASIS_SHARE) return;
    this.#nod.start(this.#timeMs, EMPHASIS_NOD_MS, 0.3 + 0.3 * stress * (0.6 + 0.4 * this.#random()));
    if (this.#random() < 0.4) this.#browsRaisedUntilMs = this.#timeMs + EMPHASIS_BROWS_MS;
  }

  #listeningGoal(): Goal {
    const now = this.#timeMs;
    if (now >= this.#nextListeningAtMs) {
      this.#nextListeningAtMs = now + LISTENING_EVERY_MS * (0.9 + 0.2 * this.#random());
      if (this.#listensWithNod) this.#nod.start(now, LISTENING_NOD_MS, LISTENING_NOD_DEPTH);
      else this.#listeningUntilMs = now + LISTENING_BROWS_MS;
      this.#listensWithNod = true;
    }
    if (!this.#isUserSpeaking || now >= this.#listeningUntilMs) return { smile: 0, brows: 0 };
    return { smile: LISTENING_SMILE, brows: LISTENING_BROWS };
  }
}
