import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CANDIDATES = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Path of a browser of the distribution, or null. In continuous integration its absence is an error. */
export function findChromium(): string | null {
  const found = CANDIDATES.find((candidate) => candidate !== undefined && existsSync(candidate)) ?? null;
  if (found === null && process.env.CI !== undefined) throw new Error('Chromium is missing: apt-get install chromium');
  if (found === null) console.warn('SKIPPED: Chromium was not found (apt-get install chromium, or set CHROMIUM_PATH).');
  return found;
}

/** Opens Chromium with a microphone that plays `microphoneWav` once (PCM WAV), or silence. */
export function launchChromium(executablePath: string, microphoneWav: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${microphoneWav}%noloop`,
    ],
  });
}
