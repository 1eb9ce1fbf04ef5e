import * as z from 'zod';
import { definePart, type SpeakerEntry, UNDESCRIBED_VOICES } from '../catalogue-entry.ts';
import { bearer } from '../shared/ask-service.ts';
import { asked, baseUrl, keyOf, languageVoices, NEEDED_KEY, word } from '../shared/service-options.ts';

const title = 'Cartesia';
const INTERFACE_VERSION = '2026-08-14';

export const cartesiaEntry: SpeakerEntry = {
  ...definePart({
    slot: 'speaker' as const,
    id: 'cartesia',
    title,
    optionsSchema: z.strictObject({
      voice: word(
        'Voice',
        'Id of a voice, as its page at Cartesia shows it; for avatars whose voice has a name like marin',
      ),
      voices: languageVoices,
      model: word('Model').default('sonic-3'),
      url: baseUrl('https://api.cartesia.ai'),
    }),
    key: NEEDED_KEY,
    describe: () => ({ timings: 'word' as const, languages: 'any' as const }),
    open: async ({ url, ...speech }, tools) => {
      const { cartesiaSpeaker } = await import('./speech.ts');
      const headers = { ...bearer(keyOf(tools, title)), 'cartesia-version': INTERFACE_VERSION };
      return cartesiaSpeaker({ service: asked(tools, url, headers), ...speech });
    },
  }),
  voices: () => UNDESCRIBED_VOICES,
};
