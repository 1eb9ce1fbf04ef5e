import fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { NO_DESCRIBED_VOICES } from '../control/voices/voice-directory.ts';
import { registerTalkPage } from './talk-page.ts';

const FOUND = { name: 'Ollama', model: 'qwen3:4b', settings: 'LLM_MODEL=qwen3:4b' };

test.for([
  ['localhost:8787', '127.0.0.1', [FOUND]],
  ['[::1]:8787', '::1', [FOUND]],
  ['localhost:8787', '::ffff:127.0.0.1', [FOUND]],
  ['avatar.example', '127.0.0.1', []],
  ['localhost:8787', '10.0.0.7', []],
] as const)(
  'who asks for %s from %s is told of %j: models on the machine are for who sits at it',
  async ([host, remoteAddress, told]) => {
    const app = fastify();
    onTestFinished(() => app.close());
    registerTalkPage(app, async () => [], {
      version: '1',
      demo: () => null,
      voices: NO_DESCRIBED_VOICES,
      abilities: () => ({ sees: false, isDemonstration: true }),
      foundModels: () => [FOUND],
      voice: () => ({ mouth: 'm', ears: 'e', brain: 'b', hears: true, provider: 'local' }),
    });
    const answer = await app.inject({ url: '/api/v1/talk-page', headers: { host }, remoteAddress });
    expect(answer.json().foundModels).toEqual(told);
  },
);
