import * as z from 'zod';
import { definePart, UNDESCRIBED_VOICES, type VoiceEntry } from '../../catalogue-entry.ts';
import { baseUrl, word } from '../../shared/service-options.ts';
import { AGENT_CAPABILITIES } from './capabilities.ts';

const part = definePart({
  slot: 'voice' as const,
  id: 'elevenlabs-agents',
  title: 'ElevenLabs agent',
  optionsSchema: z.strictObject({
    agent: word('Agent', 'Id of an agent, as its page at ElevenLabs shows it').regex(
      /^[\w-]+$/,
      'must be the id of an agent',
    ),
    words: z.enum(['avatar', 'agent']).default('avatar').meta({
      title: 'Whose prompt, first message, language and voice',
      description: 'avatar: these of the avatar, which the agent must allow as overrides; agent: its own',
    }),
    url: baseUrl('https://api.elevenlabs.io'),
  }),
  // Public agents talk to everybody.
  key: { isNeeded: () => false, originOf: ({ url }) => new URL(url).origin },
  describe: () => AGENT_CAPABILITIES,
  open: async (options, { apiKey, clock, logger, network }) => {
    const { createAgentsVoice } = await import('./agents-voice.ts');
    return createAgentsVoice({ ...options, apiKey: apiKey ?? null, clock, logger, network });
  },
});

export const elevenLabsAgentsEntry: VoiceEntry = {
  ...part,
  // Also of avatars that have chosen no agent yet.
  describe: () => AGENT_CAPABILITIES,
  open: async (options, tools) => {
    if (part.optionsSchema.safeParse(options).success) return part.open(options, tools);
    throw new Error('This avatar speaks through an agent of ElevenLabs and names none. Choose one in its settings.');
  },
  offer: { toAvatars: true, toOperator: false, isDemonstration: false, isDouble: false },
  parts: null,
  usualModel: '',
  voices: () => ({ ...UNDESCRIBED_VOICES, hasSamples: false }),
};
