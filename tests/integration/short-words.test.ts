import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAgreement } from '../../packages/media/src/session/short-words.ts';
import { findRecogniser } from '../../packages/media/src/voice/local/ears/find-recogniser.ts';
import { REPLY } from '../../tools/bench/short-word-cases.ts';
import { type ShortWord, shortWords } from '../../tools/bench/short-word-material.ts';
import { startServer, type TestServer } from '../support/server-process.ts';
import { type Outcome, SpokenOverCall } from '../support/spoken-over-call.ts';

/** One in four is misheard: all of them, about once in four thousand runs. */
const ATTEMPTS = 6;
const RECORDINGS = '/usr/share/asterisk/sounds/en_US_f_Allison';
const canHear = (await findRecogniser()) !== null;
if (!canHear) console.error('SKIPPED: short words. Needed: apt-get install python3-pocketsphinx pocketsphinx-en-us');

/** The real server, its local voice, and a user who says a short word while the avatar speaks. */
describe.skipIf(!canHear)('a short word over the avatar', () => {
  let server: TestServer;
  let call: SpokenOverCall;
  let words: ShortWord[];

  beforeAll(async () => {
    server = await startServer();
    call = await SpokenOverCall.open(server);
    words = await shortWords(['marin'], RECORDINGS);
  }, 180_000);
  afterAll(async () => {
    call?.close();
    await server?.stop();
  });

  async function over(what: string, reply = REPLY): Promise<Outcome> {
    const word = words.find((candidate) => candidate.what === what);
    if (word === undefined) throw new Error(`There is no “${what}”.`);
    return await call.speakOver(reply, word);
  }

  test.each([
    ['okay', (transcript: string) => isAgreement(transcript, 'en')],
    ['okay okay', (transcript: string) => isAgreement(transcript, 'en')],
    ['cough', () => false],
  ])(
    'the reply goes on after “%s”, unanswered',
    async (what, isMeant) => {
      // How often the small recogniser takes a short sound for other words, or is late, is the benchmark's question, not this test's.
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const { goesOn, answers, transcripts } = await over(what);
        if (goesOn && answers === 0 && transcripts.every(isMeant)) return;
      }
      expect.unreachable(`The reply ended, or “${what}” was answered, ${ATTEMPTS} times.`);
    },
    180_000,
  );

  test.each(['no no wait'])(
    'the reply ends at “%s”',
    async (what) => {
      // Long enough for a busy machine's recogniser.
      expect(await over(what, `${REPLY} ${REPLY} ${REPLY}`)).toMatchObject({ goesOn: false });
    },
    120_000,
  );
});
