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

export type ChromiumOptions = {
  /** A PCM WAV that the microphone plays once, or `tone` for Chromium's own beeps; left out: no microphone. */
  readonly microphone?: string;
  /** Sound is blocked until the page is clicked, as in people's browsers. */
  readonly soundWantsClick?: boolean;
};

export function launchChromium(
  executablePath: string,
  { microphone, soundWantsClick = false }: ChromiumOptions = {},
): Promise<Browser> {
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
      ...(soundWantsClick ? [] : ['--autoplay-policy=no-user-gesture-required']),
      ...(microphone === undefined ? [] : ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']),
      ...(microphone === undefined || microphone === 'tone'
        ? []
        : [`--use-file-for-fake-audio-capture=${microphone}%noloop`]),
    ],
  });
}
