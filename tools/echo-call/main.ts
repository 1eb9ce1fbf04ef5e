// A long call of the talk page in a real Chromium whose sound output is wired back into its microphone.
// See README.md.
//   node tools/echo-call/main.ts [--minutes 10] [--echo-db -20] [--delay-ms 120] [--dry] [--person-every-s 100]
import { parseArgs } from 'node:util';
import { findChromium, launchChromium } from '../../tests/support/chromium.ts';
import { hasRecordedSpeech } from '../../tests/support/microphone-file.ts';
import { withBenchServer } from '../bench/bench-server.ts';
import { EchoCall } from './echo-call.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    'echo-db': { type: 'string', default: '-20' },
    'delay-ms': { type: 'string', default: '120' },
    dry: { type: 'boolean', default: false },
    'person-every-s': { type: 'string', default: '100' },
  },
});
const durationMs = Number(values.minutes) * 60_000;
const personEveryMs = Number(values['person-every-s']) * 1000;
const path = { levelDb: Number(values['echo-db']), delayMs: Number(values['delay-ms']), reverberant: !values.dry };
/** The talk is about sound; pictures shall not cost much. */
const SMALL_PICTURES = { PICTURE_SIZE: '256' };
const executablePath = findChromium();
if (executablePath === null || !hasRecordedSpeech()) process.exit(2);

const isSound = await withBenchServer(
  console.log,
  async (server) => {
    const browser = await launchChromium(executablePath);
    try {
      return await callOnce(await EchoCall.open(browser, server, path));
    } finally {
      await browser.close();
    }
  },
  SMALL_PICTURES,
);
if (!isSound) process.exitCode = 1;

async function callOnce(call: EchoCall): Promise<boolean> {
  const startMs = await call.nowMs();
  for (let person = 1; person * personEveryMs < durationMs; person++) {
    await call.talkUntil(startMs + person * personEveryMs);
    await call.personSpeaks(person % 2 === 1);
    print(call);
  }
  await call.talkUntil(startMs + durationMs);
  const { people, ...counts } = call.verdict;
  console.table(people.map((person) => ({ ...person, startMs: Math.round(person.startMs - startMs) })));
  console.log({
    ...path,
    seconds: durationMs / 1000,
    ...(await call.measured()),
    reconnects: call.reconnects,
    ...counts,
  });
  const isDeaf = people.some(({ noticedMs, answered }) => noticedMs === null || !answered);
  return counts.selfTurns + counts.selfInterruptions + counts.selfAnswers === 0 && !isDeaf;
}

function print({ verdict }: EchoCall): void {
  const { selfTurns, selfInterruptions, selfAnswers, replies, people } = verdict;
  const [spoken, noticed] = [people.length, people.filter(({ noticedMs }) => noticedMs !== null).length];
  console.log(
    `${replies} replies, ${spoken} times spoken to, ${noticed} noticed; by its own voice ${selfTurns} turns, ${selfInterruptions} interruptions, ${selfAnswers} answers`,
  );
}
