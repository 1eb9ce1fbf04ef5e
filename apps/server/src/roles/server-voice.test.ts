import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { scriptedAdmission, TEST_AVATAR } from '../gateway/test-doubles.ts';
import { ServerVoiceChoice } from './server-voice.ts';
import { withVoiceProvider } from './voice-choice.ts';

const FOUND = { name: 'Ollama', model: 'qwen3:4b', url: 'http://127.0.0.1:11434/v1', settings: '' };
const LOCAL = { provider: 'local', parts: {} };

test('a model of this machine answers for the built-in avatars once it is chosen, also after a restart', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'visavis-voice-'));
  const open = (found = [FOUND]) => ServerVoiceChoice.open({ dataDir, configured: LOCAL }, async () => found);
  const choice = await open();
  expect(choice.current()).toEqual(LOCAL);
  expect(await choice.use({ name: 'Ollama', model: 'llama4' })).toBe(false);
  expect(await choice.use({ name: 'Ollama', model: 'qwen3:4b' })).toBe(true);
  expect(choice.list()).toEqual([{ name: 'Ollama', model: 'qwen3:4b', isUsed: true }]);

  const built = { ...TEST_AVATAR, isSystem: true, provider: 'local', model: 'local' };
  const offering = {
    ...scriptedAdmission(),
    findAvatar: async () => ({ kind: 'found' as const, avatar: built, ambiguous: false }),
  };
  const again = await open();
  const found = await withVoiceProvider(offering, () => again.current()).findAvatar('p', {});
  // The operator's own choice may lead to this machine.
  const thinker = {
    id: 'openai-compatible',
    options: { url: FOUND.url, model: 'qwen3:4b', sees: false },
    isOperators: true,
  };
  expect(found).toMatchObject({ avatar: { provider: 'cascade', model: 'qwen3:4b', parts: { thinker } } });

  expect((await open([])).current()).toEqual(LOCAL);
  expect(await again.use(null)).toBe(true);
  expect((await open()).current()).toEqual(LOCAL);
});

test('a model that the server runs itself answers from the start, until somebody chooses otherwise', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'visavis-voice-'));
  const open = () => ServerVoiceChoice.open({ dataDir, configured: LOCAL, own: 'qwen3-1.7b' }, async () => [FOUND]);
  const choice = await open();
  const thinker = { id: 'local-brain', options: {} };
  expect(choice.current()).toMatchObject({ provider: 'cascade', parts: { thinker } });
  expect(choice.list()).toEqual([
    { name: 'This machine', model: 'qwen3-1.7b', isUsed: true },
    { name: 'Ollama', model: 'qwen3:4b', isUsed: false },
  ]);
  // What is to be done for the others is told; this one needs nothing.
  expect(choice.others).toEqual([FOUND]);
  expect(await choice.use(null)).toBe(true);
  expect((await open()).current()).toEqual(LOCAL);
  expect(await choice.use({ name: 'This machine', model: 'qwen3-1.7b' })).toBe(true);
  expect((await open()).current()).toMatchObject({ parts: { thinker } });
});

test('what the settings name is nobody’s to change', async () => {
  const configured = { provider: 'openai-realtime', parts: {} };
  const choice = await ServerVoiceChoice.open({ dataDir: tmpdir(), configured }, async () => [FOUND]);
  expect([choice.found, choice.current()]).toEqual([[], configured]);
});
