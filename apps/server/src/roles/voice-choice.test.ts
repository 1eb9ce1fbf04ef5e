import { describe, expect, it } from 'vitest';
import { scriptedAdmission, TEST_AVATAR } from '../gateway/test-doubles.ts';
import type { Admission, CallAvatar } from '../ports.ts';
import { describeProvider, followVoice, reportVoice, withVoiceProvider } from './voice-choice.ts';

const REALTIME = { id: 'openai-realtime', options: { turnDetection: 'server_vad' } };
const LOCAL = { provider: 'local', parts: { voice: REALTIME } };
const OPENAI = { provider: 'openai-realtime', parts: { voice: { ...REALTIME, apiKey: 'sk-1' } } };
const serviceOf = (url: string, model: string) => ({ id: 'openai-compatible', options: { url, model } });
const MODEL = serviceOf('http://127.0.0.1:11434/v1', 'qwen3:4b');
const CASCADE = { provider: 'cascade', parts: { voice: REALTIME, thinker: MODEL } };
const SETTINGS = { local: LOCAL, 'openai-realtime': OPENAI, cascade: CASCADE };

function offering(avatar: CallAvatar): Admission {
  return { ...scriptedAdmission(), findAvatar: async () => ({ kind: 'found', avatar, ambiguous: false }) };
}

describe('withVoiceProvider', () => {
  const system: CallAvatar = { ...TEST_AVATAR, isSystem: true, provider: 'local', model: 'local' };

  it.each([
    ['a system avatar', system, 'openai-realtime', 'openai-realtime', 'gpt-realtime-2.1'],
    [
      'a system avatar with a model',
      { ...system, model: 'gpt-realtime-mini' },
      'openai-realtime',
      'openai-realtime',
      'gpt-realtime-mini',
    ],
    ['a system avatar before a language model', system, 'cascade', 'cascade', 'qwen3:4b'],
    ['a system avatar of a local server', system, 'local', 'local', 'local'],
    ["a project's avatar", { ...system, isSystem: false }, 'openai-realtime', 'local', 'local'],
    [
      'a system avatar with a voice of its own',
      { ...system, provider: 'scripted' },
      'openai-realtime',
      'scripted',
      'local',
    ],
  ] as const)('%s', async (_name, avatar, setting, provider, model) => {
    const found = await withVoiceProvider(offering(avatar), () => SETTINGS[setting]).findAvatar('p', {});
    expect(found).toMatchObject({ kind: 'found', avatar: { provider, model } });
  });

  it('leaves the rest as it is', async () => {
    const admission = withVoiceProvider(scriptedAdmission(), () => OPENAI);
    expect(await admission.findAvatar('p', { name: 'nobody' })).toEqual({ kind: 'missing' });
    expect(await admission.findLicence('unknown')).toBeNull();
  });
});

describe('what the start-up print says', () => {
  const said = { mouth: 'flite', ears: 'none: install them', brain: 'rules' };
  const description = { ...said, model: null };

  it('of the built-in voice, with the way to another', () => {
    expect(reportVoice(LOCAL, description)).toEqual({ ...said, hears: false, provider: 'local' });
    expect(describeProvider(LOCAL)).toContain('OPENAI_API_KEY=… npx visavis');
    expect(describeProvider({ ...OPENAI, provider: 'local' })).toContain('VOICE_PROVIDER=local');
  });

  it('of a language model, by name and place', () => {
    const hearing = { ...description, ears: 'PocketSphinx' };
    const brain = 'qwen3:4b at 127.0.0.1:11434';
    expect(reportVoice(CASCADE, hearing)).toEqual({
      ...said,
      ears: 'PocketSphinx',
      brain,
      hears: true,
      provider: 'cascade',
    });
    expect(reportVoice(CASCADE, description)).toMatchObject({ hears: false });
    expect(describeProvider(CASCADE)).toContain(brain);
    const recogniser = serviceOf('http://127.0.0.1:8000/v1', 'whisper-1');
    const speaker = serviceOf('http://127.0.0.1:8880/v1', 'kokoro');
    expect(reportVoice({ ...CASCADE, parts: { ...CASCADE.parts, recogniser, speaker } }, description)).toEqual({
      mouth: 'kokoro at 127.0.0.1:8880',
      ears: 'whisper-1 at 127.0.0.1:8000',
      brain,
      hears: true,
      provider: 'cascade',
    });
  });

  it('of the model that this machine runs itself, by its name', () => {
    const own = { provider: 'cascade', parts: { thinker: { id: 'local-brain', options: {} } } };
    expect(reportVoice(own, { ...description, model: 'qwen3-1.7b' })).toMatchObject({
      brain: 'qwen3-1.7b (a model of this machine)',
    });
    expect(reportVoice(own, description)).toMatchObject({ brain: 'no language model on this machine' });
    expect(describeProvider(own)).toBe(
      'This machine (a small language model); VOICE_PROVIDER=local for the built-in voice',
    );
  });

  it('of OpenAI, which hears on every machine', () => {
    expect(reportVoice(OPENAI, description)).toMatchObject({ ears: 'OpenAI Realtime (api.openai.com)', hears: true });
    expect(
      describeProvider({
        ...OPENAI,
        parts: { voice: { ...REALTIME, options: { url: 'ws://10.0.0.2:8000/v1?key=secret' } } },
      }),
    ).toBe('OpenAI Realtime (10.0.0.2:8000); VOICE_PROVIDER=local for the built-in voice');
  });
});

it('is told of as starting for as long as that takes, and then as it is', async () => {
  const { promise: ready, resolve } = Promise.withResolvers<Parameters<typeof reportVoice>[1]>();
  const current = followVoice(() => LOCAL, ready);
  expect(current()).toMatchObject({ ears: 'starting', hears: false });
  resolve({ mouth: 'flite', ears: 'PocketSphinx', brain: 'rules', model: null });
  await ready;
  expect(current()).toMatchObject({ ears: 'PocketSphinx', hears: true });
});
