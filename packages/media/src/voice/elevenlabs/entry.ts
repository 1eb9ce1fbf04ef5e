import * as z from 'zod';
import { definePart, type SpeakerEntry, UNDESCRIBED_VOICES } from '../catalogue-entry.ts';
import { asked, baseUrl, keyOf, languageVoices, NEEDED_KEY, word } from '../shared/service-options.ts';

const title = 'ElevenLabs';

export const elevenLabsEntry: SpeakerEntry = {
  ...definePart({
    slot: 'speaker' as const,
    id: 'elevenlabs',
    title,
    optionsSchema: z.strictObject({
      voice: word(
        'Voice',
        'Id of a voice, as its page at ElevenLabs shows it; for avatars whose voice has a name like marin',
      ),
      voices: languageVoices,
      model: word('Model').default('eleven_flash_v2_5'),
      url: baseUrl('https://api.elevenlabs.io'),
    }),
    key: NEEDED_KEY,
    describe: () => ({ timings: 'word' as const, languages: 'any' as const }),
    open: async ({ url, ...speech }, tools) => {
      const { elevenLabsSpeaker } = await import('./speech.ts');
      return elevenLabsSpeaker({ service: asked(tools, url, { 'xi-api-key': keyOf(tools, title) }), ...speech });
    },
  }),
  voices: () => UNDESCRIBED_VOICES,
};
