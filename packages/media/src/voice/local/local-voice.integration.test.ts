import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/clock.ts';
import { silentLogger } from '../../core/logger.ts';
import type { ToolDefinition, VoiceProvider } from '../../core/voice-port.ts';
import { RecordedTalk, testVoiceConformance } from '../conformance.ts';
import { createLocalVoice, describeLocalVoice } from './local-voice.ts';
import { VOICE_PROFILES } from './mouth/voice-profiles.ts';
import { medianPitchHz } from './testing.ts';

let provider: VoiceProvider;
beforeAll(async () => {
  provider = await createLocalVoice({ logger: silentLogger, clock: systemClock, transcriptLimitMs: 60_000 });
});
afterAll(() => provider.close());

testVoiceConformance('The local voice', {
  provider: () => provider,
  limitMs: 50_000,
  userSpeech: () => spoken('What is your name?', 'sage'),
});

/** Speech made by the mouth itself, with some silence around it. */
async function spoken(text: string, voice: string): Promise<Int16Array> {
  const talk = await RecordedTalk.open(provider, { voice });
  talk.send({ type: 'say', turnId: 'turn-1', text });
  await talk.untilDone('turn-1', 30_000);
  return Int16Array.from([
    ...new Array(7200).fill(0),
    ...talk.of('audio').flatMap((event) => [...event.pcm]),
    ...new Array(12_000).fill(0),
  ]);
}

describe('The thirteen voices', () => {
  const text = 'The ship moved past the barge, and then we all went home for dinner.';

  it('speak plausibly long, equally loud and differently', async () => {
    const heard = new Map<string, { speaker: string; pitchHz: number; seconds: number; level: number; peak: number }>();
    for (const [voice, profile] of Object.entries(VOICE_PROFILES)) {
      const pcm = await spoken(text, voice);
      const squares = pcm.reduce((sum, sample) => sum + sample * sample, 0);
      heard.set(voice, {
        speaker: profile.speaker,
        pitchHz: medianPitchHz(pcm) ?? 0,
        seconds: pcm.length / 24_000 - 0.8,
        level: Math.sqrt(squares / pcm.length) / 32_768,
        peak: pcm.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0) / 32_768,
      });
    }
    expect(heard.size).toBe(13);
    const voices = [...heard.values()];
    const levels = voices.map((voice) => voice.level);
    expect(Math.max(...levels) / Math.min(...levels)).toBeLessThan(1.3);
    for (const voice of voices) {
      expect(voice.seconds).toBeGreaterThan(2.8);
      expect(voice.seconds).toBeLessThan(5.5);
      expect(voice.peak).toBeLessThanOrEqual(0.709);
    }
    const bySpeaker = Map.groupBy(voices, (voice) => voice.speaker);
    expect(bySpeaker.size).toBe(3);
    for (const same of bySpeaker.values()) {
      const pitches = same.map((voice) => voice.pitchHz).toSorted((left, right) => left - right);
      for (const [index, pitch] of pitches.slice(1).entries()) expect(pitch / pitches[index]!).toBeGreaterThan(1.02);
    }
  }, 60_000);
});

describe('Other languages', () => {
  it('are shown and not spoken where no engine is installed, and whoever chose is told once what to choose', async ({
    skip,
  }) => {
    skip(provider.capabilities.languages === 'any', 'The engine for other languages is installed here.');
    const talk = await RecordedTalk.open(provider, { language: 'zh-CN' });
    talk.send({ type: 'say', turnId: 'turn-1', text: '你好，很高兴认识你。' });
    await talk.untilDone('turn-1', 30_000);
    expect(talk.textOf('turn-1')).toBe('I cannot speak Chinese here: please read what I say.你好，很高兴认识你。');
    expect(talk.of('audio').length).toBeGreaterThan(0);
    expect(talk.of('failed')).toMatchObject([
      { endsReply: false, message: expect.stringMatching(/does not speak Chinese: choose a speaker.*eSpeak/) },
    ]);
    talk.send({ type: 'say', turnId: 'turn-2', text: '再见。' });
    await talk.untilDone('turn-2');
    expect([talk.textOf('turn-2'), talk.of('failed').length, talk.of('audio', 'turn-2')]).toEqual(['再见。', 1, []]);
  });

  it('are spoken with phones where the engine is installed', async ({ skip }) => {
    skip(provider.capabilities.languages !== 'any', 'SKIPPED: the engine for other languages is not installed here.');
    const talk = await RecordedTalk.open(provider, { language: 'de-DE' });
    talk.send({ type: 'say', turnId: 'turn-1', text: 'Guten Abend, wie geht es Ihnen?' });
    await talk.untilDone('turn-1', 30_000);
    expect(talk.textOf('turn-1')).toBe('Guten Abend, wie geht es Ihnen?');
    const phones = talk.of('audio').flatMap((event) => event.phones ?? []);
    expect(phones.length).toBeGreaterThan(12);
  });
});

describe('Tools', () => {
  const tool: ToolDefinition = {
    name: 'get_weather',
    description: 'Current weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  };

  it('are never called: that no language model is there is said in their place', async () => {
    expect(provider.capabilities.tools).toBe(false);
    const talk = await RecordedTalk.open(provider, {
      tools: [tool, { ...tool, name: 'get_wind', serverWaitMs: 1000 }],
    });
    talk.send(
      { type: 'text', itemId: 'item-1', text: 'What is the weather in Paris?' },
      { type: 'respond', turnId: 'turn-1' },
    );
    await talk.untilDone('turn-1', 30_000);
    expect(talk.textOf('turn-1')).toMatch(/no language model|without a language model/);
    expect(talk.events.filter(({ type }) => type.startsWith('tool-call'))).toEqual([]);
    // Nor is anything made of a result that nobody asked for.
    talk.send({ type: 'tool-result', callId: 'call-1', output: '{"temperature":"21 degrees"}' });
    talk.send({ type: 'respond', turnId: 'turn-2' });
    await talk.untilDone('turn-2', 30_000);
    expect(talk.textOf('turn-2')).not.toContain('21');
  });
});

describe('The description', () => {
  it('is given to the person who starts the server', async () => {
    const description = await describeLocalVoice();
    expect(description.ears).toMatch(provider.capabilities.hears ? /^PocketSphinx/ : /^none: apt-get install/);
    expect(description.mouth).toMatch(/^flite/);
    expect(description.brain).toContain('no language model');
  });
});
