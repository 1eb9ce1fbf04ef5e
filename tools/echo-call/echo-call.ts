import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { microphoneSound } from '../../tests/support/microphone-file.ts';
import type { TestServer } from '../../tests/support/server-process.ts';
import { type CallEvent, judge, type Spoken, type Verdict } from './judge.ts';

/** How the avatar's sound comes back: `levelDb` against what is played, `delayMs` after the page plays it. */
export type OpenSpeakerPath = { readonly levelDb: number; readonly delayMs: number; readonly reverberant: boolean };

export type Measured = {
  /** Share of the time in which the avatar was heard. */
  readonly talkShare: number;
  /** Level of the echo against what was played, as measured. */
  readonly echoDb: number;
  /** How long the browser kept the sound before playing it, on average. */
  readonly bufferedMs: number;
  /** Share of the sound that came too late, or never, and was made up by the browser: above a tenth the machine is too busy. */
  readonly concealedShare: number;
};

/** Said word for word; nothing in them asks the user anything. */
const TEXTS = [
  'Papa bought a big purple boat. We move along by the open sea, and my mother waves from above. Every morning a warm wind blows over the bay, people open their windows and watch the moon go home.',
  'The ferry to the island leaves at half past nine from the old harbour. It takes forty minutes, and on the way you pass three lighthouses and a long bank of sand on which seals lie in the sun.',
  'Breakfast is served from seven until eleven in the room behind the garden. There is fresh bread, fruit from the valley, and coffee as strong as you like it. On Sundays the kitchen makes pancakes too.',
  'Wait for the green light before you cross. Stop at the second corner, turn left, and go on until you see a white church. No other house in the village has a roof of copper, so you cannot miss it.',
  'A library is a quiet place with a great many books. Some of them are old, some are new, and each has been held by somebody who wanted to know what happens next, or how a thing works, or why.',
] as const;
/** Typed in the page. */
const QUESTIONS = ['What is Visavis?', 'What can you do?', 'Tell me about yourself.'] as const;
/** Recorded sentences of a person without a pause inside. */
const SENTENCES = [
  'vm-tocallback',
  'number-not-answering',
  'all-circuits-busy-now',
  'please-try-call-later',
  'vm-nobodyavail',
  'check-number-dial-again',
] as const;

const LOOK_INTERVAL_MS = 100;
/** The avatar counts as done with an answer when nothing has come for so long. */
const REST_MS = 1200;
/** How far into a reply a person speaks over it. */
const INTO_REPLY_MS = 4000;
/** An answer that takes longer than this does not come. */
const PATIENCE_MS = 15_000;
/** A call that does not get on for so long has come to a stop. */
const STOPPED_MS = 90_000;
const USER_AUDIBLE = 0.01 * 32_768;

/** A call of the talk page whose microphone hears what the page plays. */
export class EchoCall {
  readonly #page: Page;
  readonly #events: CallEvent[] = [];
  readonly #spoken: Spoken[] = [];
  readonly #askedAtMs = [0];
  #textsSaid = 0;

  static async open(browser: Browser, server: TestServer, speaker: OpenSpeakerPath): Promise<EchoCall> {
    const context = await browser.newContext({ permissions: ['microphone'], viewport: { width: 480, height: 480 } });
    const page = await context.newPage();
    const script = await readFile(path.join(import.meta.dirname, 'open-speaker.js'), 'utf8');
    await page.addInitScript(`globalThis.openSpeakerOptions = ${JSON.stringify(speaker)};\n${script}`);
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Start talking' }).click();
    await page.locator('video[data-live=true]').waitFor({ timeout: 60_000 });
    return new EchoCall(page);
  }

  constructor(page: Page) {
    this.#page = page;
  }

  /** How often the page lost its connection, and built it again. */
  get reconnects(): number {
    return this.#events.filter(({ type }) => type === LOST_TYPE).length;
  }

  get verdict(): Verdict {
    return judge(this.#events, this.#spoken, this.#askedAtMs);
  }

  /** Keeps the avatar talking until `untilMs` of the page's clock. */
  async talkUntil(untilMs: number): Promise<void> {
    while ((await this.nowMs()) < untilMs) {
      if (await this.#isAtRest()) await this.#askNext();
      await delay(LOOK_INTERVAL_MS);
    }
  }

  /** A person says a recorded sentence, over a reply or once the avatar is silent, and gets his answer, or does not. */
  async personSpeaks(overReply: boolean): Promise<void> {
    await this.#waitFor(() => this.#isAtRest());
    if (overReply) {
      await this.#askNext();
      const askedMs = this.#askedAtMs.at(-1) as number;
      await this.#waitFor(async () => this.#events.some(({ type, atMs }) => type === DELTA_TYPE && atMs > askedMs));
      await delay(INTO_REPLY_MS);
    }
    const wav = await microphoneSound([SENTENCES[this.#spoken.length % SENTENCES.length] as string]);
    const samples = new Int16Array(wav.buffer, 44);
    const silentMs = samples.findIndex((sample) => Math.abs(sample) > USER_AUDIBLE) / 48;
    const base64 = Buffer.from(wav).toString('base64');
    const times = (await this.#evaluate(`openSpeaker.speak('${base64}')`)) as { startMs: number; endMs: number };
    const person: Spoken = { startMs: times.startMs + silentMs, endMs: times.endMs, overReply };
    this.#spoken.push(person);
    const wasAnswered = async (): Promise<boolean> => {
      const isOver = (await this.nowMs()) > person.endMs + PATIENCE_MS;
      return isOver || this.verdict.people.at(-1)?.answered === true;
    };
    await this.#waitFor(wasAnswered);
  }

  async nowMs(): Promise<number> {
    await this.#takeEvents();
    return (await this.#evaluate('openSpeaker.nowMs()')) as number;
  }

  async measured(): Promise<Measured> {
    const { looks, audibleLooks, playedPower, echoPower, bufferedMs, concealedShare } = (await this.#evaluate(
      'openSpeaker.measured()',
    )) as Record<'looks' | 'audibleLooks' | 'playedPower' | 'echoPower' | 'bufferedMs' | 'concealedShare', number>;
    const echoDb = 10 * Math.log10(echoPower / playedPower);
    return { talkShare: audibleLooks / looks, echoDb, bufferedMs, concealedShare };
  }

  async close(): Promise<void> {
    await this.#page.context().close();
  }

  async #askNext(): Promise<void> {
    this.#askedAtMs.push(await this.nowMs());
    const count = this.#textsSaid++;
    if (count % 3 === 2) {
      await this.#page.getByLabel(/^Message to/).fill(QUESTIONS[Math.floor(count / 3) % QUESTIONS.length] as string);
      await this.#page.keyboard.press('Enter');
      return;
    }
    const instructions = `Say exactly: ${TEXTS[count % TEXTS.length]}`;
    await this.#evaluate(
      `openSpeaker.send(${JSON.stringify({ type: 'response.create', response: { instructions } })})`,
    );
  }

  /** Every reply has been played, no turn of a user is open, and nothing has come for a while. */
  async #isAtRest(): Promise<boolean> {
    const nowMs = await this.nowMs();
    // A lost connection takes its replies with it.
    const present = this.#events.slice(this.#events.findLastIndex(({ type }) => type === LOST_TYPE) + 1);
    const relevant = present.filter(({ type }) => TALK_TYPES.has(type));
    const last = relevant.at(-1);
    if (last === undefined) return nowMs - (present[0]?.atMs ?? nowMs) > PATIENCE_MS;
    const isAsked = last.atMs < (this.#askedAtMs.at(-1) as number);
    if (isAsked) return nowMs - (this.#askedAtMs.at(-1) as number) > PATIENCE_MS;
    const started = new Set(relevant.filter(({ type }) => type === DELTA_TYPE).map(({ data }) => data.id));
    const done = new Set(relevant.filter(({ type }) => type === DONE_TYPE).map(({ data }) => data.id));
    const isTalking = [...started].some((id) => !done.has(id));
    return !isTalking && nowMs - last.atMs > REST_MS;
  }

  async #waitFor(holds: () => Promise<boolean>): Promise<void> {
    const deadlineMs = performance.now() + STOPPED_MS;
    while (!(await holds())) {
      await this.#takeEvents();
      if (performance.now() > deadlineMs) throw new Error(`The call came to a stop after ${this.#lastEvents()}.`);
      await delay(LOOK_INTERVAL_MS);
    }
  }

  async #takeEvents(): Promise<void> {
    const taken = (await this.#evaluate('openSpeaker.takeEvents()')) as CallEvent[];
    this.#events.push(...taken);
  }

  #lastEvents(): string {
    return this.#events
      .slice(-12)
      .map(({ atMs, type }) => `${(atMs / 1000).toFixed(1)} s ${type}`)
      .join(', ');
  }

  #evaluate(expression: string): Promise<unknown> {
    return this.#page.evaluate(expression);
  }
}

/** The socket closed; the page connects again by itself. */
const LOST_TYPE = '(lost)';
const DELTA_TYPE = 'realtime.response.audio_transcript.delta';
const DONE_TYPE = 'realtime.response.audio.done';
const TALK_TYPES = new Set([
  DELTA_TYPE,
  DONE_TYPE,
  'realtime.input_audio_buffer.speech_started',
  'realtime.input_audio_buffer.speech_stopped',
  'realtime.conversation.item.input_audio_transcription.completed',
]);
