import * as z from 'zod';
import { definePart, type SpeakerEntry, UNDESCRIBED_VOICES } from '../catalogue-entry.ts';
import { asked, keyOf, languageVoices, NEEDED_KEY, word } from '../shared/service-options.ts';

const title = 'Azure speech';

export const azureSpeechEntry: SpeakerEntry = {
  ...definePart({
    slot: 'speaker' as const,
    id: 'azure-speech',
    title,
    optionsSchema: z.strictObject({
      url: z
        .url({ protocol: /^https?$/, error: 'must be an http or https address' })
        .max(2000)
        .meta({ title: 'Endpoint', description: 'Of your region, like https://westeurope.tts.speech.microsoft.com' }),
      voice: word('Voice', 'Like en-US-AvaMultilingualNeural; for avatars whose voice has a name like marin'),
      voices: languageVoices,
    }),
    key: NEEDED_KEY,
    describe: () => ({ timings: 'none' as const, languages: 'any' as const }),
    open: async ({ url, ...speech }, tools) => {
      const { azureSpeaker } = await import('./speech.ts');
      const headers = {
        'ocp-apim-subscription-key': keyOf(tools, title),
        'content-type': 'application/ssml+xml',
        'x-microsoft-outputformat': 'raw-24khz-16bit-mono-pcm',
        'user-agent': 'visavis',
      };
      return azureSpeaker({ service: asked(tools, url, headers), ...speech });
    },
  }),
  voices: () => UNDESCRIBED_VOICES,
};
