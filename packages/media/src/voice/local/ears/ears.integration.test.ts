import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { fileOnDisk } from '../../../codecs/film-module.ts';
import { FilmReader } from '../../../codecs/film-reader.ts';
import { systemClock } from '../../../core/clock.ts';
import { silentLogger } from '../../../core/logger.ts';
import { ManualClock } from '../../../core/manual-clock.ts';
import { Resampler } from '../../../core/resampler.ts';
import { Mouth } from '../mouth/mouth.ts';
import { VOICE_PROFILES } from '../mouth/voice-profiles.ts';
import { Ears, type Hearing, MAX_RECOGNISERS } from './ears.ts';
import { findRecogniser, type RecogniserCommand } from './find-recogniser.ts';

/** Recorded prompts of a telephone exchange (Debian package asterisk-core-sounds-en-g722) and their words. */
const PROMPT_FOLDER = '/usr/share/asterisk/sounds/en_US_f_Allison';
const PROMPTS = {
  'agent-alreadyon': 'that agent is already logged on please enter your agent number followed by the pound key',
  'auth-incorrect': 'password incorrect please enter your password followed by the pound key',
  'conf-getpin': 'please enter the conference pin number',
  'queue-thankyou': 'thank you for your patience',
  transfer: 'please hold while I try that extension',
} as const;

async function readPrompt(name: string): Promise<Int16Array> {
  const reader = await FilmReader.open(fileOnDisk(`${PROMPT_FOLDER}/${name}.g722`, 'read'), ['g722']);
  const samples: number[] = [];
  if (reader.sound() === null) throw new Error('This prompt cannot be decoded.');
  for (const { bytes } of reader.frames('aformat=sample_fmts=s16')) {
    samples.push(...new Int16Array(Uint8Array.from(bytes).buffer));
  }
  reader.close();
  const pcm = new Resampler(16_000, 24_000).process(Int16Array.from(samples));
  return Int16Array.from([...new Array(4800).fill(0), ...pcm, ...new Array(12_000).fill(0)]);
}

function say(hearing: Hearing, speech: Int16Array): void {
  for (let start = 0; start < speech.length; start += 960) hearing.feed(speech.slice(start, start + 960));
}

it('understands most words of a recorded human voice', async ({ skip }) => {
  const command = await findRecogniser();
  if (command === null) return skip('SKIPPED: install python3-pocketsphinx and pocketsphinx-en-us to test the ears.');
  skip(
    !existsSync(`${PROMPT_FOLDER}/transfer.g722`),
    'SKIPPED: install asterisk-core-sounds-en-g722 to test the ears.',
  );
  const ears = new Ears(command, { logger: silentLogger, clock: systemClock, transcriptLimitMs: 60_000 });
  onTestFinished(() => ears.close());
  let expected = 0;
  let understood = 0;
  for (const [name, words] of Object.entries(PROMPTS)) {
    const hearing = ears.listen();
    say(hearing, await readPrompt(name));
    const heard = (await hearing.finish()).split(' ').map((word) => word.toLowerCase());
    expected += words.split(' ').length;
    understood += words.split(' ').filter((word) => heard.includes(word.toLowerCase())).length;
  }
  expect(understood / expected).toBeGreaterThan(0.6);
}, 180_000);

it('makes out short phrases that stand alone, where the words of a sentence would be likelier', async ({ skip }) => {
  const command = await findRecogniser();
  if (command === null) return skip('SKIPPED: install python3-pocketsphinx and pocketsphinx-en-us to test the ears.');
  const ears = new Ears(command, { logger: silentLogger, clock: systemClock, transcriptLimitMs: 60_000 });
  const mouth = new Mouth({ logger: silentLogger, clock: systemClock });
  onTestFinished(async () => void (await Promise.all([ears.close(), mouth.close()])));
  const request = {
    voice: 'marin',
    profile: VOICE_PROFILES.marin,
    language: 'en',
    pauses: { leadMs: 300, trailMs: 250 },
  };
  const made: string[] = [];
  for (const phrase of ['okay okay', 'alright', 'got it', 'hang on', 'pause', 'stop']) {
    const hearing = ears.listen();
    say(hearing, (await mouth.speak({ ...request, text: phrase }, new AbortController().signal)).pcm);
    const words = (await hearing.finish()).toLowerCase();
    if (words === phrase || hearing.shortPhrase?.toLowerCase() === phrase) made.push(phrase);
  }
  expect(made.length, made.join(', ')).toBeGreaterThanOrEqual(5);
  const hearing = ears.listen();
  const text = 'please tell me about the hotel and the boats';
  say(hearing, (await mouth.speak({ ...request, text }, new AbortController().signal)).pcm);
  expect((await hearing.finish()).split(' ').length).toBeGreaterThan(4);
  expect(hearing.shortPhrase).toBe('');
}, 180_000);

it('finds no recogniser where Python lacks the module', async () => {
  expect(await findRecogniser(['/nonexistent/python'])).toBeNull();
});

it('does not hold a recogniser for missing that is slow to say that it is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-ears-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const slow = join(folder, 'python');
  writeFileSync(slow, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
  expect(await findRecogniser([slow], 200)).toMatchObject({ program: slow });
});

// A helper that speaks the same frames, reports how many samples it got, dies at a loud sample and hangs at a louder one.
const FAKE: RecogniserCommand = {
  program: process.execPath,
  arguments: [fileURLToPath(new URL('./fake-recogniser.fixture.ts', import.meta.url))],
};
const SECOND = new Int16Array(24_000);

it('passes the whole turn on at 16 kHz', async () => {
  const ears = new Ears(FAKE, { logger: silentLogger, clock: systemClock });
  onTestFinished(() => ears.close());
  const hearing = ears.listen();
  say(hearing, SECOND);
  expect([await hearing.finish(), hearing.isLost]).toEqual(['16000 samples', false]);
  hearing.feed(SECOND);
  expect(await hearing.finish()).toBe('');
});

it('serves more turns at once than there are recognisers, each with its own words', async () => {
  const ears = new Ears(FAKE, { logger: silentLogger, clock: systemClock });
  onTestFinished(() => ears.close());
  const hearings = Array.from({ length: MAX_RECOGNISERS + 2 }, () => ears.listen());
  for (const [index, hearing] of hearings.entries()) say(hearing, SECOND.subarray(0, 2400 * (index + 1)));
  const texts = await Promise.all(hearings.map((hearing) => hearing.finish()));
  expect(texts).toEqual(hearings.map((_, index) => `${1600 * (index + 1)} samples`));
});

it('gives an empty transcript when the recogniser dies, says that it was lost, and gives the next turn a new one', async () => {
  const ears = new Ears(FAKE, { logger: silentLogger, clock: systemClock });
  onTestFinished(() => ears.close());
  const doomed = ears.listen();
  doomed.feed(new Int16Array(2400).fill(20_000));
  expect([await doomed.finish(), doomed.isLost]).toEqual(['', true]);
  const next = ears.listen();
  say(next, SECOND);
  expect(await next.finish()).toBe('16000 samples');
});

it('does not wait for ever for a recogniser that hangs', async () => {
  const clock = new ManualClock();
  const ears = new Ears(FAKE, { logger: silentLogger, clock });
  onTestFinished(() => ears.close());
  await ears.warm();
  const stuck = ears.listen();
  stuck.feed(new Int16Array(2400).fill(30_000));
  const words = stuck.finish();
  clock.advance(10_000);
  expect([await words, stuck.isLost]).toEqual(['', true]);
  const next = ears.listen();
  say(next, SECOND);
  expect(await next.finish()).toBe('16000 samples');
});

it('replaces a recogniser that hangs at its start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-ears-'));
  const mark = join(folder, 'has-started');
  const clock = new ManualClock();
  const command = { ...FAKE, arguments: [...FAKE.arguments, mark] };
  const ears = new Ears(command, { logger: silentLogger, clock });
  onTestFinished(async () => {
    await ears.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await expect.poll(() => existsSync(mark), { timeout: 30_000 }).toBe(true);
  clock.advance(60_000);
  const next = ears.listen();
  say(next, SECOND);
  expect(await next.finish()).toBe('16000 samples');
});

it('ends waiting turns when it is closed', async () => {
  const ears = new Ears(FAKE, { logger: silentLogger, clock: systemClock });
  const hearing = ears.listen();
  say(hearing, SECOND);
  const words = hearing.finish();
  await ears.close();
  expect(await words).toBe('');
  expect(await ears.listen().finish()).toBe('');
});
