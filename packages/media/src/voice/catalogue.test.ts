import { describe, expect, it } from 'vitest';
import { describeVoice, describeVoices, findEntry, listCatalogue, partsOf, VOICES } from './catalogue.ts';

const MODEL = { id: 'openai-compatible', options: { url: 'http://127.0.0.1:11434/v1', model: 'qwen3:4b' } };
const MOUTH = { id: 'openai-compatible', options: { url: 'http://127.0.0.1:8880/v1', model: 'kokoro' } };

describe('the catalogue', () => {
  it('names every voice and part once, with a form for its options', () => {
    const listed = listCatalogue();
    const names = listed.map(({ slot, id }) => `${slot} ${id}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('thinker openai-compatible');
    for (const { options, title } of listed) {
      expect(title).not.toBe('');
      expect(options).toMatchObject({ type: 'object', additionalProperties: false });
      const fields = Object.values((options as { properties: Record<string, { type: string }> }).properties);
      // A form can be made of them, and they travel as they are.
      for (const { type } of fields) expect(['string', 'number', 'integer', 'boolean']).toContain(type);
    }
  });

  it('offers avatars no double, and no part that belongs to one voice alone', () => {
    const names = listCatalogue().map(({ slot, id }) => `${slot} ${id}`);
    expect(names.filter((name) => /scripted|demo|people/.test(name))).toEqual([]);
  });

  it('puts the parts that were chosen in the place of those that a voice has, where it lets them be chosen', () => {
    expect(partsOf('cascade', { thinker: MODEL })).toMatchObject({ thinker: MODEL, speaker: { id: 'local' } });
    expect(partsOf('cascade', {})).not.toHaveProperty('thinker');
    expect(partsOf('local', { thinker: MODEL })).toMatchObject({ thinker: { id: 'demo' } });
    expect(partsOf('openai-realtime', { thinker: MODEL })).toEqual({});
  });

  it('knows what a voice can do by its parts and their options', () => {
    expect(describeVoice('cascade', { thinker: MODEL })).toMatchObject({ sees: false, tools: true, timings: 'phone' });
    const seeing = { ...MODEL, options: { ...MODEL.options, sees: true } };
    expect(describeVoice('cascade', { thinker: seeing, speaker: MOUTH })).toMatchObject({
      sees: true,
      timings: 'none',
    });
    expect(describeVoice('openai-realtime', {})).toMatchObject({ sees: true, speaks: 'on-request' });
    expect(describeVoice('no-such-voice', {})).toBeNull();
  });

  it('tells of each voice whether its avatars call tools: the demonstration and people call none', () => {
    const calling = listCatalogue().filter(({ callsTools }) => callsTools);
    expect(calling.map(({ slot, id }) => `${slot} ${id}`)).toEqual([
      'voice openai-realtime',
      'voice gpt-live',
      'voice gemini-live',
      'voice elevenlabs-agents',
      'voice cascade',
    ]);
    expect(describeVoice('local', {})?.tools).toBe(false);
  });

  it('describes those who speak by whoever speaks', () => {
    const spoken = (parts: Parameters<typeof describeVoices>[0]) =>
      describeVoices(parts).find(({ provider }) => provider === 'cascade');
    expect(spoken({})?.voices.map(({ name }) => name)).toContain('Clara');
    expect(spoken({ speaker: MOUTH })).toMatchObject({ voices: [], takesOtherNames: true });
    expect(describeVoices({})[0]).toMatchObject({ provider: 'local', hasSamples: true });
  });

  it('binds a key to where its options lead', () => {
    const thinker = findEntry('thinker', 'openai-compatible');
    expect(thinker?.keyOrigin({ url: 'https://api.groq.com/openai/v1', model: 'x' })).toBe('https://api.groq.com');
    const realtime = findEntry('voice', 'openai-realtime');
    expect([realtime?.keyOrigin({}), realtime?.needsKey({})]).toEqual(['https://api.openai.com', true]);
    expect(realtime?.needsKey({ url: 'ws://127.0.0.1:8000/v1' })).toBe(false);
  });

  it('says where each key is sent, or asks for the address', () => {
    for (const { slot, id, takesKey, keyOrigin, options } of listCatalogue()) {
      const { required = [] } = options as { required?: string[] };
      if (takesKey) expect([slot, id, keyOrigin !== null || required.includes('url')]).toEqual([slot, id, true]);
    }
    const origins = new Map(listCatalogue().map(({ slot, id, keyOrigin }) => [`${slot} ${id}`, keyOrigin]));
    expect(origins.get('speaker elevenlabs')).toBe('https://api.elevenlabs.io');
    expect(origins.get('voice gpt-live')).toBe('https://api.openai.com');
    expect(origins.get('voice gemini-live')).toBe('https://generativelanguage.googleapis.com');
    expect(origins.get('recogniser deepgram')).toBe('https://api.deepgram.com');
    expect(origins.get('speaker azure-speech')).toBeNull();
  });

  it('has its voices in folders of their own', () => {
    expect(VOICES.map(({ id }) => id)).toEqual(expect.arrayContaining(['local', 'cascade', 'openai-realtime']));
  });
});
