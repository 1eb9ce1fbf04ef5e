import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Whisper } from '../../packages/media/src/inference/whisper.ts';
import { to16k } from '../../packages/media/src/voice/local/ears/model-ears.ts';
import { distance, wordsOf } from '../../tools/bench/word-errors.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { AUDIBLE_RMS, lipsAndSound } from '../support/lips-and-sound.ts';
import { type BrainServer, dataDirWith, localModels, startBrainServer } from '../support/local-models.ts';
import { hasRecordedSpeech, writeMicrophoneFile } from '../support/microphone-file.ts';
import { NavtalkPage, type ReceivedEvent } from '../support/navtalk-page.ts';
import { recordReceived } from '../support/received-media.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

function mishearing(said: string, heard: string): number {
  return distance(wordsOf(said), wordsOf(heard)) / wordsOf(said).length;
}

function wordsHeard(events: readonly ReceivedEvent[]): string {
  const isTranscript = ({ message }: ReceivedEvent): boolean =>
    message.type.endsWith('input_audio_transcription.completed');
  return events
    .filter(isTranscript)
    .map(({ message }) => String(message.data?.content))
    .join(' ');
}

const models = localModels();
const executablePath = findChromium();
const canRun = models !== null && executablePath !== null && hasRecordedSpeech();

/** By a person, on a telephone line. */
const QUESTION = { recording: 'vm-savefolder', words: 'which folder should i save the message to' };
const RECORD_MS = 14_000;
/** Every second picture of 25 a second. With fewer than these a machine is too busy for its lips to be judged. */
const LEAST_PICTURES = 0.6 * ((RECORD_MS / 1000) * 12.5);
/** Models are loaded, and this mouth is slow on small machines. */
const LIMIT_MS = 120_000;
/** Of what is said on either side, so many words may be misheard. */
const MISHEARD_SHARE = 0.34;

/** Ears, brain, mouth and face are the real ones, with real weights; what is not here does not answer. */
describe.skipIf(!canRun)('a talk that needs nobody else', () => {
  let folder: string;
  let server: TestServer;
  let served: BrainServer;
  let browser: Browser;
  let visitor: ConsoleVisitor;
  let avatars: string;
  let license: string;

  beforeAll(async () => {
    if (models === null) return;
    folder = await mkdtemp(path.join(tmpdir(), 'visavis-mic-'));
    const microphone = path.join(folder, 'microphone.wav');
    await writeMicrophoneFile(microphone, [4000, QUESTION.recording, 60_000]);
    served = await startBrainServer(models.brain);
    server = await startServer({
      DATA_DIR: await dataDirWith(models),
      PREPARE_AVATARS: 'true',
      LLM_URL: served.url,
      LLM_MODEL: 'served',
    });
    browser = await launchChromium(executablePath ?? '', { microphone });
    visitor = new ConsoleVisitor(server.url);
    await visitor.register('mia@example.org');
    const { projectId } = (await visitor.post('/projects', { name: 'Post office' })).body;
    license = (await visitor.post(`/projects/${projectId}/keys`, { name: 'k' })).body.key;
    avatars = `/projects/${projectId}/avatars`;
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await served?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function makeAvatar(name: string, thinker: object): Promise<string> {
    const [builtIn] = (await visitor.get(avatars)).body;
    const { body, status } = await visitor.post(avatars, {
      fromAvatarId: builtIn.avatarId,
      name,
      provider: 'cascade',
      voice: 'marin',
      firstMessage: '',
      prompt: 'Answer in one short sentence.',
      parts: { recogniser: { id: 'local' }, ...thinker, speaker: { id: 'local-neural', options: { waits: true } } },
    });
    expect([status, body]).toEqual([201, expect.anything()]);
    return body.avatarId;
  }

  it.each([
    ['this machine', { thinker: { id: 'local-brain' } }],
    ['a server with OpenAI’s interface', {}],
  ])(
    'a question asked aloud is made out, thought about by the model of %s and answered aloud, with lips in time',
    async (name, thinker) => {
      const avatarId = await makeAvatar(name, thinker);
      const query = { avatarId, visavis: '1', audioBack: 'true' };
      const call = await NavtalkPage.open(browser, { ...server, license }, { query });
      try {
        // In one turn or, with a breath in it, in two.
        await expect
          .poll(async () => mishearing(QUESTION.words, wordsHeard(await call.events())), { timeout: LIMIT_MS })
          .toBeLessThanOrEqual(MISHEARD_SHARE);
        const asked = await call.events();
        await call.waitFor('realtime.response.audio_transcript.delta', asked.length, LIMIT_MS);
        const received = await recordReceived(call.page, RECORD_MS, 2);
        await call.send({ type: 'visavis.interrupt' });
        const { message } = await call.waitFor('realtime.response.audio.done', asked.length, LIMIT_MS);
        const events = await call.events();
        expect(events.filter(({ message }) => message.type.includes('error'))).toEqual([]);

        const { id, heardText, playedMs } = message.data ?? {};
        const said = String(heardText);
        expect(wordsOf(said).length).toBeGreaterThan(2);
        const heard = await hearAgain(events, id, Number(playedMs));
        const lips = await lipsAndSound(received);
        expect([said, heard, mishearing(said, heard)]).toSatisfy(([, , share]) => share <= MISHEARD_SHARE);
        expect(lips.loudRms).toBeGreaterThan(AUDIBLE_RMS);
        if (received.frames.length < LEAST_PICTURES) {
          console.warn(`SKIPPED in part: only ${received.frames.length} pictures arrived, the lips are not judged.`);
          return;
        }
        expect(lips.seenShare).toBeGreaterThan(0.9);
        expect(lips.agreement(0)).toBeGreaterThan(0.4);
        for (const lagMs of [-1000, 1000]) expect(lips.agreement(lagMs)).toBeLessThan(lips.agreement(0) - 0.1);
        expect(lips.quietPictures).toBeGreaterThan(10);
        expect(lips.stillOpenShare).toBeLessThanOrEqual(0.1);
      } finally {
        await call.close();
      }
    },
    3 * LIMIT_MS,
  );

  /** What the ears of this machine make of the reply's sound that was played. */
  async function hearAgain(events: readonly ReceivedEvent[], replyId: unknown, playedMs: number): Promise<string> {
    const parts = events.flatMap(({ message }) => {
      const { id, delta } = message.data ?? {};
      const isSound = message.type === 'realtime.response.audio.delta' && id === replyId;
      return isSound ? [Buffer.from(String(delta), 'base64')] : [];
    });
    const bytes = Uint8Array.from(Buffer.concat(parts).subarray(0, 2 * Math.round(24 * playedMs)));
    const ears = await Whisper.open(models?.earsFolder ?? '');
    return await ears.transcribe(to16k([new Int16Array(bytes.buffer)]), 'en');
  }
});
