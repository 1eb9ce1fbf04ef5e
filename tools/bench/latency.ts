import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { MouthMeter } from '../../tests/support/mouth-meter.ts';
import { NavtalkPage, type ReceivedEvent } from '../../tests/support/navtalk-page.ts';
import type { TestServer } from '../../tests/support/server-process.ts';
import { quantile } from '../../tests/support/statistics.ts';
import { BenchPage, type Loudness, type Shown, type Stretch } from './bench-page.ts';
import type { Measure } from './results.ts';
import { USER_AUDIBLE_RMS, type Utterance } from './spoken-file.ts';
import { LONG_TEXT } from './spoken-sample.ts';
import { firstOpening, firstSoundAfter, isTalking, type Opening, silenceAround } from './turn-analysis.ts';

const CONNECTS = 10;
const PICTURE_LIMIT_MS = 8000;
/** Silence that ends the user's turn by default. */
const SILENCE_RULE_MS = 500;
const ANSWER_LIMIT_MS = 4000;
/** Pictures are looked at from this long before the user stops until this long after. */
const LOOK_BEFORE_MS = 200;
const LOOK_AFTER_MS = 2500;
const GREETING_MS = 1600;
/** After an interruption: time for the answer to be there, and between stopping it and talking on. */
const ANSWER_MS = 900;
const CANCEL_MS = 150;
const TALKING_BEFORE_MS = 500;
const AFTER_SPEECH_MS = 300;

type Budgets = { readonly p50?: number; readonly p95?: number };

function twoRows(what: string, valuesMs: readonly number[], budgets: Budgets, note = ''): Measure[] {
  const counted = [`${valuesMs.length} times`, note].filter(Boolean).join('; ');
  const row = (name: 'p50' | 'p95', share: number): Measure => ({
    section: 'latency',
    what: `${what}, ${name}`,
    value: quantile(valuesMs, share),
    unit: 'ms',
    ...(budgets[name] === undefined ? {} : { budget: { atMost: budgets[name] } }),
    note: counted,
  });
  return [row('p50', 0.5), row('p95', 0.95)];
}

/** Time from opening the socket to the first decoded picture, one call after the other. */
export async function measureConnects(browser: Browser, server: TestServer): Promise<Measure[]> {
  const timesMs: number[] = [];
  let blind = 0;
  for (let round = 0; round <= CONNECTS; round += 1) {
    const call = await NavtalkPage.open(browser, server, { microphone: false, query: { name: 'navtalk.Emma' } });
    const times = await call.waitForPicture(PICTURE_LIMIT_MS).catch(() => null);
    if (times === null) blind += 1;
    // The first page of a browser compiles what later ones share.
    else if (round > 0) timesMs.push(times.firstFrameAtMs - times.startedAtMs);
    await call.close();
  }
  return [
    ...twoRows('connect to first picture', timesMs, { p50: 500 }),
    {
      section: 'latency',
      what: `calls without a picture within ${PICTURE_LIMIT_MS / 1000} s`,
      value: blind,
      unit: `of ${CONNECTS + 1}`,
      budget: { atMost: 0 },
    },
  ];
}

/** Utterances on the page's clock. */
function placed(utterances: readonly Utterance[], firstSoundAtMs: number): Utterance[] {
  return utterances.map(({ startMs, endMs }) => ({ startMs: startMs + firstSoundAtMs, endMs: endMs + firstSoundAtMs }));
}

type Turn = { readonly user: Utterance; readonly limitMs: number };

function turnsOf(users: readonly Utterance[]): Turn[] {
  return users.map((user, index) => ({
    user,
    limitMs: Math.min(user.endMs + ANSWER_LIMIT_MS, users[index + 1]?.startMs ?? Number.POSITIVE_INFINITY),
  }));
}

function eventBetween(events: readonly ReceivedEvent[], type: string, fromMs: number, toMs: number) {
  return events.find(({ atMs, message }) => message.type === type && atMs >= fromMs && atMs < toMs);
}

async function openingsOf(shown: readonly Shown[], stretches: readonly Stretch[]): Promise<Opening[][]> {
  const meter = await MouthMeter.open();
  const result: Opening[][] = [];
  for (const [fromMs, toMs] of stretches) {
    const pictures = shown.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
    const apertures = await meter.apertures(pictures.map(({ image }) => image));
    result.push(
      pictures.flatMap(({ atMs }, index) => {
        const aperture = apertures[index] ?? null;
        return aperture === null ? [] : [{ atMs, aperture }];
      }),
    );
  }
  meter.close();
  return result;
}

/** From the end of the user's speech in the microphone to the answer's first sound and first movement of the mouth. */
export async function measureTurns(...recording: Parameters<typeof recordTurns>): Promise<Measure[]> {
  return answerRows(await recordTurns(...recording));
}

/** One call in which the user says all of this, and what came of each turn. */
export async function recordTurns(
  browser: Browser,
  server: TestServer,
  utterances: readonly Utterance[],
  print: (line: string) => void,
): Promise<Answer[]> {
  const page = await BenchPage.open(browser, server);
  await delay(GREETING_MS);
  await page.call.send({ type: 'response.cancel' });
  const users = placed(utterances, await page.startMicrophone(USER_AUDIBLE_RMS));
  const stretches = users.map(({ endMs }): Stretch => [endMs - LOOK_BEFORE_MS, endMs + LOOK_AFTER_MS]);
  await page.keepFrames(stretches);
  await page.waitUntil((users.at(-1)?.endMs ?? 0) + ANSWER_LIMIT_MS);
  const [events, heard, shown] = [await page.call.events(), await page.heard(), await page.frames()];
  const [soundMs, pictureMs] = await Promise.all((['audio', 'video'] as const).map((kind) => keptMs(page.call, kind)));
  await page.close();
  print(`the browser kept sound for ${format(soundMs ?? null)} ms and pictures for ${format(pictureMs ?? null)} ms`);
  print(`${users.length} turns recorded; measuring ${shown.length} pictures …`);
  const openings = await openingsOf(shown, stretches);
  const answers = turnsOf(users).map((turn, index) => readAnswer(turn, events, heard, openings[index] ?? []));
  for (const { transcript, sound, mouth, stopped } of answers) {
    print(`  turn "${transcript}": end of turn ${format(stopped)}, sound ${format(sound)}, mouth ${format(mouth)} ms`);
  }
  return answers;
}

/** How long the browser's jitter buffer held what it received, on average of the call. */
async function keptMs(call: NavtalkPage, kind: 'audio' | 'video'): Promise<number> {
  const report = await call.report();
  const { jitterBufferDelay = Number.NaN, jitterBufferEmittedCount = 1 } =
    report.find((entry) => entry.type === 'inbound-rtp' && entry.kind === kind) ?? {};
  return (1000 * Number(jitterBufferDelay)) / Number(jitterBufferEmittedCount);
}

const format = (value: number | null): string => (value === null ? 'none' : value.toFixed(0));

/** What became of one turn of the user; times in milliseconds from the end of his speech; null: did not happen. */
export type Answer = {
  readonly transcript: string;
  readonly stopped: number | null;
  readonly sound: number | null;
  readonly mouth: number | null;
  /** The server's own account, from where it noticed the end of the turn. */
  readonly server: Readonly<Record<(typeof SERVER_STEPS)[number], number | null>>;
};
const SERVER_STEPS = ['transcriptMs', 'firstTextMs', 'firstAudioMs', 'firstSoundMs'] as const;

function readAnswer(
  { user, limitMs }: Turn,
  events: readonly ReceivedEvent[],
  heard: readonly Loudness[],
  openings: readonly Opening[],
): Answer {
  const find = (name: string) => eventBetween(events, name, user.endMs, limitMs);
  const since = (atMs: number | null | undefined): number | null => (atMs == null ? null : atMs - user.endMs);
  const latency = find('visavis.turn.latency')?.message.data ?? {};
  const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  const text = find('realtime.conversation.item.input_audio_transcription.completed')?.message.data?.content;
  return {
    transcript: typeof text === 'string' ? text : '',
    stopped: since(find('realtime.input_audio_buffer.speech_stopped')?.atMs),
    sound: since(firstSoundAfter(heard, user.endMs, limitMs)),
    mouth: since(firstOpening(openings, user.endMs)),
    server: Object.fromEntries(SERVER_STEPS.map((step) => [step, numberOf(latency[step])])) as Answer['server'],
  };
}

function answerRows(answers: readonly Answer[]): Measure[] {
  const both = answers.flatMap((answer) => {
    const { sound, mouth, stopped } = answer;
    return sound === null || mouth === null || stopped === null ? [] : [{ ...answer, sound, mouth, stopped }];
  });
  const missing = answers.length - both.length;
  const note = missing === 0 ? '' : `${missing} turns without a complete answer left out`;
  const sound = both.map((answer) => answer.sound);
  const mouth = both.map((answer) => answer.mouth);
  const later = both.map((answer) => Math.max(answer.sound, answer.mouth));
  const added = both.flatMap((answer) =>
    answer.server.firstAudioMs === null
      ? []
      : [Math.max(answer.sound, answer.mouth) - answer.stopped - answer.server.firstAudioMs],
  );
  const server = answers.flatMap(({ server: { firstSoundMs } }) => (firstSoundMs === null ? [] : [firstSoundMs]));
  const noticed = answers.flatMap(({ stopped }) => (stopped === null ? [] : [stopped]));
  return [
    ...twoRows('end of user speech to first sound', sound, {}, note),
    ...twoRows('end of user speech to first mouth movement', mouth, {}, note),
    ...twoRows(
      'end of user speech to sound and mouth, silence rule taken off',
      later.map((ms) => ms - SILENCE_RULE_MS),
      { p50: 300, p95: 600 },
      `${SILENCE_RULE_MS} ms taken off`,
    ),
    ...twoRows('end of user speech to the event that says so', noticed, {}, `${SILENCE_RULE_MS} ms of it by rule`),
    ...twoRows("added after the voice's first sample, until sound and mouth are at the client", added, { p95: 120 }),
    ...twoRows("the server's own account: end of turn to first sound sent", server, {}, 'visavis.turn.latency'),
  ];
}

/** The user speaks over the avatar: how long until it is silent at the client. */
export async function measureInterruptions(
  browser: Browser,
  server: TestServer,
  utterances: readonly Utterance[],
  print: (line: string) => void,
): Promise<Measure[]> {
  const page = await BenchPage.open(browser, server);
  await delay(GREETING_MS);
  const talk = async (): Promise<void> => {
    await page.call.send({ type: 'response.cancel' });
    await delay(CANCEL_MS);
    await page.call.say(`${LONG_TEXT} ${LONG_TEXT}`);
  };
  await talk();
  const users = placed(utterances, await page.startMicrophone(USER_AUDIBLE_RMS));
  for (const user of users.slice(0, -1)) {
    await page.waitUntil(user.endMs + ANSWER_MS);
    await talk();
  }
  await page.waitUntil((users.at(-1)?.endMs ?? 0) + ANSWER_MS);
  const [events, heard] = [await page.call.events(), await page.heard()];
  await page.close();
  return interruptionRows(users, events, heard, print);
}

function interruptionRows(
  users: readonly Utterance[],
  events: readonly ReceivedEvent[],
  heard: readonly Loudness[],
  print: (line: string) => void,
): Measure[] {
  const interrupting = users.filter(({ startMs }) => isTalking(heard, startMs - TALKING_BEFORE_MS, startMs));
  const noticed = interrupting.flatMap((user) => {
    const limitMs = user.endMs + AFTER_SPEECH_MS;
    const started = eventBetween(events, 'realtime.input_audio_buffer.speech_started', user.startMs, limitMs);
    if (started === undefined) return [];
    const silentAtMs = silenceAround(heard, started.atMs) ?? Number.NaN;
    return [{ event: started.atMs - user.startMs, silent: silentAtMs - user.startMs }];
  });
  for (const { event, silent } of noticed)
    print(`  interruption: event ${format(event)}, silence ${format(silent)} ms`);
  const note = `of ${users.length} utterances ${interrupting.length} fell into talk, ${noticed.length} were noticed`;
  return [
    ...twoRows(
      'interruption: event of user speech to silence',
      // The avatar may have been between two words.
      noticed.map(({ event, silent }) => Math.max(0, silent - event)),
      { p95: 200 },
      note,
    ),
    ...twoRows(
      "interruption: user's first sound to silence",
      noticed.map(({ silent }) => silent),
      {},
      note,
    ),
    {
      section: 'latency',
      what: 'interruptions that were not noticed while the user spoke',
      value: interrupting.length - noticed.length,
      unit: `of ${interrupting.length}`,
    },
  ];
}
