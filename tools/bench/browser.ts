import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findChromium, launchChromium } from '../../tests/support/chromium.ts';
import { hasRecordedSpeech } from '../../tests/support/microphone-file.ts';
import type { TestServer } from '../../tests/support/server-process.ts';
import type { Attempts } from './attempts.ts';
import { measureConnects, measureInterruptions, measureTurns } from './latency.ts';
import type { Measure } from './results.ts';
import { writeSpokenFile } from './spoken-file.ts';
import { measureSync } from './sync.ts';

/** What the user says, by the names of the recordings. */
export const PROMPTS = [
  'hello-world',
  'one-moment-please',
  'please-try-again',
  'telephone-number',
  'do-not-disturb',
  'call-waiting',
  'number-not-answering',
  'vm-pls-try-again',
  'call-forwarding',
  'queue-thankyou',
] as const;
const LEAD_MS = 3000;
const PAUSE_MS = 4500;

/** What a person in front of a browser gets: latencies over a microphone that plays recorded speech, and A/V offset. */
export async function measureInBrowser(
  server: TestServer,
  wanted: ReadonlySet<string>,
  attempts: Attempts,
): Promise<Measure[]> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('there is no Chromium (apt-get install chromium)');
  if (!hasRecordedSpeech())
    throw new Error('there is no recorded speech (apt-get install asterisk-core-sounds-en-wav)');
  const folder = await mkdtemp(path.join(tmpdir(), 'visavis-bench-'));
  const microphone = path.join(folder, 'microphone.wav');
  const utterances = await writeSpokenFile(microphone, PROMPTS, LEAD_MS, PAUSE_MS);
  const browser = await launchChromium(executablePath, { microphone });
  const { print } = attempts;
  const measures: Measure[] = [];
  const run = async (name: string, measure: () => Promise<Measure[]>): Promise<void> => {
    measures.push(...(await attempts.run(name, measure)));
  };
  try {
    if (wanted.has('latency')) {
      await run('connecting', () => measureConnects(browser, server));
      await run('the user speaks', () => measureTurns(browser, server, utterances, print));
      await run('the user interrupts', () => measureInterruptions(browser, server, utterances, print));
    }
    if (wanted.has('sync')) await run('sound against picture', () => measureSync(browser, server, print));
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
  return measures;
}
