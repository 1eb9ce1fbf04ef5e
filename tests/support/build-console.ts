import { buildConsole } from '../../tools/build-console.ts';

/** Builds the pages before the browser tests, so that these meet what the sources say; once for all projects of a run. */
export function setup(): void {
  if (process.env.VISAVIS_TEST_PAGES === 'built') return;
  if (!buildConsole()) throw new Error('The console could not be built.');
  process.env.VISAVIS_TEST_PAGES = 'built';
}
