import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { FRAME_INTERVAL_MS, msToWireSamples, wireSamplesToMs } from '../../packages/media/src/core/audio-format.ts';
import { MouthMeter } from '../../tests/support/mouth-meter.ts';
import { NavtalkPage } from '../../tests/support/navtalk-page.ts';
import { type ReceivedMedia, recordReceived } from '../../tests/support/received-media.ts';
import type { TestServer } from '../../tests/support/server-process.ts';
import { averageAround, pearson, quantile } from '../../tests/support/statistics.ts';
import type { Measure } from './results.ts';
import { LONG_TEXT, speakSample } from './spoken-sample.ts';
import { articulationsOf } from './talking-pictures.ts';

const RECORD_MS = 20_000;
/** Longer than everything that is recorded. */
const TEXT_REPEATS = 7;
const SAMPLE_EVERY_MS = 100;
/** The browser's estimates need some sender reports. */
const WARM_UP_MS = 6000;
const MAX_LAG_MS = 300;
const LAG_STEP_MS = 10;
const LOUDNESS_WINDOW_MS = 80;
const LEVEL_SAMPLES = msToWireSamples(10);

/** Sound minus picture, in milliseconds of the sender's clock: positive when sound is ahead (ITU-R BT.1359's sign). */
async function sampleOffsets(call: NavtalkPage, durationMs: number): Promise<number[]> {
  const offsets: number[] = [];
  const deadline = performance.now() + durationMs;
  while (performance.now() < deadline) {
    const report = await call.report();
    const playoutOf = (kind: string): unknown =>
      report.find((entry) => entry.type === 'inbound-rtp' && entry.kind === kind)?.estimatedPlayoutTimestamp;
    const [sound, picture] = [playoutOf('audio'), playoutOf('video')];
    if (typeof sound === 'number' && typeof picture === 'number') offsets.push(sound - picture);
    await delay(SAMPLE_EVERY_MS);
  }
  return offsets;
}

type Timed = { readonly atMs: number; readonly value: number };
type Lag = { readonly lagMs: number; readonly correlation: number };

/** The lag of the openings behind the square root of the loudness at which they agree best. */
function bestLag(openings: readonly Timed[], loudness: readonly Timed[]): Lag {
  let best: Lag = { lagMs: Number.NaN, correlation: Number.NEGATIVE_INFINITY };
  for (let lagMs = -MAX_LAG_MS; lagMs <= MAX_LAG_MS; lagMs += LAG_STEP_MS) {
    const times = openings.map(({ atMs }) => atMs - lagMs);
    const levels = averageAround(loudness, times, LOUDNESS_WINDOW_MS);
    const pairs = openings.flatMap(({ value }, index) => {
      const level = levels[index] ?? Number.NaN;
      return Number.isNaN(level) ? [] : [[value, level] as const];
    });
    const correlation = pearson(
      pairs.map(([opening]) => opening),
      pairs.map(([, level]) => level),
    );
    if (correlation > best.correlation) best = { lagMs, correlation };
  }
  return best;
}

/** What a mouth in perfect step with the sound would show: jaws open before vowels are loud. */
async function lagInSpeechItself(): Promise<Lag> {
  const { sample } = await speakSample(0);
  const openings = articulationsOf(sample).map(({ jaw }, index) => ({ atMs: index * FRAME_INTERVAL_MS, value: jaw }));
  const loudness: Timed[] = [];
  for (let start = 0; start + LEVEL_SAMPLES <= sample.pcm.length; start += LEVEL_SAMPLES) {
    const window = sample.pcm.subarray(start, start + LEVEL_SAMPLES);
    const power = window.reduce((sum, value) => sum + (value / 32_768) ** 2, 0) / LEVEL_SAMPLES;
    loudness.push({ atMs: wireSamplesToMs(start + LEVEL_SAMPLES / 2), value: power ** 0.25 });
  }
  return bestLag(openings, loudness);
}

async function lagAsReceived(received: ReceivedMedia): Promise<Lag & { pictures: number }> {
  const meter = await MouthMeter.open();
  const { sidePx } = received;
  const apertures = await meter.apertures(
    received.frames.map(({ rgb }) => ({ width: sidePx, height: sidePx, data: rgb })),
  );
  meter.close();
  const openings = received.frames.flatMap(({ atMs }, index) => {
    const value = apertures[index] ?? null;
    return value === null ? [] : [{ atMs, value }];
  });
  const loudness = received.audio.map(({ atMs, rms }) => ({ atMs, value: Math.sqrt(rms) }));
  return { ...bestLag(openings, loudness), pictures: openings.length };
}

/** Offset of sound and picture as the browser received them, from its statistics and from the mouth itself. */
export async function measureSync(
  browser: Browser,
  server: TestServer,
  print: (line: string) => void,
): Promise<Measure[]> {
  const call = await NavtalkPage.open(browser, server, { microphone: false, query: { name: 'navtalk.Emma' } });
  await call.waitForPicture();
  await call.waitFor('realtime.session.updated');
  await call.say(`${LONG_TEXT} `.repeat(TEXT_REPEATS));
  await delay(WARM_UP_MS);
  // One after the other: keeping the pictures delays the page, and with it what the statistics tell.
  const offsets = await sampleOffsets(call, RECORD_MS);
  const received = await recordReceived(call.page, RECORD_MS, 1);
  await call.close();
  print(`${offsets.length} offsets; measuring the mouth in ${received.frames.length} pictures …`);
  const mouth = await lagAsReceived(received);
  const natural = await lagInSpeechItself();
  const note = `${offsets.length} samples over ${RECORD_MS / 1000} s; positive: sound early`;
  const offset = (name: string, share: number, within: number): Measure => ({
    section: 'sync',
    what: `sound against picture as received, ${name}`,
    value: quantile(offsets, share),
    unit: 'ms',
    budget: { within },
    note,
  });
  return [
    offset('median', 0.5, 20),
    offset('p1', 0.01, 40),
    offset('p99', 0.99, 40),
    {
      section: 'sync',
      what: 'mouth behind loudness as seen and heard, beyond what speech itself has',
      value: mouth.lagMs - natural.lagMs,
      unit: 'ms',
      note: [
        `${mouth.lagMs} ms (correlation ${mouth.correlation.toFixed(2)}, ${mouth.pictures} pictures)`,
        `less ${natural.lagMs} ms (${natural.correlation.toFixed(2)}) between jaw and loudness in the voice`,
      ].join(' '),
    },
  ];
}
