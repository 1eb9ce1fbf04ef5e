import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { TestClient } from '../../apps/server/src/gateway/navtalk-v2/test-client.ts';
import { ScriptedCompletionsServer } from '../../packages/media/src/voice/openai-compatible/testing/scripted-completions-server.ts';
import { ScriptedSoundServer } from '../../packages/media/src/voice/openai-compatible/testing/scripted-sound-server.ts';
import { startServer, type TestServer } from '../support/server-process.ts';
import { speakInto } from '../support/spoken-microphone.ts';

// The real server with ears, mind and mouth elsewhere, all three scripted from the published messages of such services.

let mind: ScriptedCompletionsServer;
let sound: ScriptedSoundServer;
let server: TestServer;
beforeAll(async () => {
  [mind, sound] = await Promise.all([ScriptedCompletionsServer.start(), ScriptedSoundServer.start()]);
  server = await startServer({
    LLM_URL: mind.url,
    LLM_MODEL: 'small',
    LLM_API_KEY: 'key-of-mind',
    STT_URL: sound.url,
    STT_API_KEY: 'key-of-ears',
    TTS_URL: sound.url,
    TTS_MODEL: 'kokoro',
    TTS_VOICE: 'af_heart',
    TTS_API_KEY: 'key-of-mouth',
  });
});
afterAll(async () => {
  await server?.stop();
  await Promise.all([mind?.close(), sound?.close()]);
});

test('what is said is heard, thought about and answered by three services, and no key is shown anywhere', async () => {
  mind.answer = () => ['I am Emma. ', 'And you?'];
  const client = new TestClient(server.url.replace('http', 'ws'), {
    license: server.license,
    name: 'navtalk.Emma',
    audioBack: 'true',
    visavis: '1',
  });
  onTestFinished(() => client.socket.close());
  await client.opened();
  await client.event('realtime.session.updated');
  client.send({ type: 'visavis.interrupt' });
  await speakInto(
    (pcm) =>
      client.send({
        type: 'realtime.input_audio_buffer.append',
        data: { audio: Buffer.from(pcm.buffer).toString('base64') },
      }),
    'What is your name?',
  );
  const heard = await client.event('realtime.conversation.item.input_audio_transcription.completed');
  expect(heard.data).toMatchObject({ content: 'What is your name?' });
  await expect
    .poll(() =>
      client.events
        .filter(({ type }) => type === 'realtime.response.audio_transcript.done')
        .map(({ data }) => data.content),
    )
    .toContain('I am Emma. And you?');
  expect(client.types()).toContain('realtime.response.audio.delta');
  expect(mind.keys).toContain('Bearer key-of-mind');
  expect(sound.keys).toEqual(expect.arrayContaining(['Bearer key-of-ears', 'Bearer key-of-mouth']));
  expect(sound.spoken.every(({ voice }) => voice === 'af_heart')).toBe(true);
  const page = await (await fetch(`${server.url}/api/v1/talk-page`)).text();
  expect(JSON.parse(page).voice).toMatchObject({
    provider: 'cascade',
    brain: expect.stringContaining('small at 127.0.0.1'),
  });
  for (const shown of [page, server.output(), JSON.stringify(client.events)]) expect(shown).not.toContain('key-of-');
});
