import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadSpeechModel, type SpeechModel } from '../../packages/media/src/turn-detection/speech-model.ts';
import { beginsSteadily, ECHO_DELAYS_MS, ECHO_LEVELS_DB, hearEcho, speakOver } from '../../tools/bench/echo-cases.ts';
import { loadUtterances, type Utterance } from '../../tools/bench/turn-detection-material.ts';
import { quantile } from '../support/statistics.ts';

const SOUNDS = '/usr/share/asterisk/sounds';
const hasSounds = existsSync(SOUNDS);
if (!hasSounds) {
  console.error('SKIPPED: echoes of recorded speech. Needed: apt-get install asterisk-core-sounds-en-g722');
}

/** Every level, and every delay at least once with the loudest. */
const CASES = [
  ...ECHO_DELAYS_MS.map((delayMs) => ({ levelDb: ECHO_LEVELS_DB[0] as number, delayMs, reverberant: true })),
  ...ECHO_LEVELS_DB.slice(1).map((levelDb) => ({ levelDb, delayMs: 150, reverberant: true })),
  { levelDb: -20, delayMs: 400, reverberant: false },
];

describe.skipIf(!hasSounds)('the avatar hears itself', () => {
  let model: SpeechModel;
  let spoken: Utterance[];

  beforeAll(async () => {
    model = await loadSpeechModel();
    spoken = [...(await loadUtterances(SOUNDS, 40)).values()][0] ?? [];
    expect(spoken.length).toBeGreaterThan(30);
  });

  test.each(CASES)(
    'no turn begins by an echo alone, first of all and after the user: $levelDb dB, $delayMs ms',
    async (path) => {
      const first = await hearEcho(model, path, spoken.slice(0, 6), []);
      const later = await hearEcho(model, path, spoken.slice(6, 12), spoken.slice(38, 40));
      expect(first.echoSeconds + later.echoSeconds).toBeGreaterThan(20);
      expect([first.selfInterruptions, later.selfInterruptions]).toEqual([0, 0]);
    },
    180_000,
  );

  test('by its level alone where no canceller runs', async () => {
    const path = { levelDb: -12, delayMs: 150, reverberant: true };
    const first = await hearEcho(model, path, spoken.slice(0, 6), [], true);
    expect(first.selfInterruptions).toBe(0);
  }, 180_000);

  test('who speaks over it at his normal level is noticed within 400 ms, whatever the echo', async () => {
    const user = spoken.slice(16).filter(beginsSteadily).slice(0, 7);
    for (const path of [null, ...CASES.slice(0, 1), ...CASES.slice(3, 6)]) {
      const over = await speakOver(model, path, spoken.slice(0, 16), user);
      expect(over).toMatchObject({ spokenOver: 7, noticed: 7, selfInterruptions: 0 });
      // Of seven, the slowest counts.
      expect([path, quantile(over.delaysMs, 0.95)]).toSatisfy(([, delayMs]) => delayMs <= 400);
    }
  }, 180_000);
});
