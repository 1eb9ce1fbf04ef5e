import { providerVoicesSchema, voicePreviewSchema } from '@visavis/protocol/rest';
import * as z from 'zod';
import type { VoiceDirectory } from '../../control/voices/voice-directory.ts';
import type { VoicePreviews } from '../../control/voices/voice-previews.ts';
import { FOR } from '../access/access.ts';
import { personOf } from '../access/principal.ts';
import { given } from './given.ts';
import type { ConsoleScope } from './session.ts';

export type VoiceRouteDependencies = { readonly voicePreviews: VoicePreviews; readonly voices: VoiceDirectory };

/** Samples of one address per minute. */
const SAMPLES_PER_MINUTE = 30;

export function registerVoiceRoutes(scope: ConsoleScope, { voicePreviews, voices }: VoiceRouteDependencies): void {
  scope.get(
    '/voices',
    {
      config: FOR.loggedIn,
      schema: {
        tags: ['Avatars'],
        summary: 'The voices by provider, with what people call them; the first provider is that of new avatars',
        response: { 200: z.array(providerVoicesSchema) },
      },
    },
    async () => voices.list().map((provider) => ({ ...provider, voices: [...provider.voices] })),
  );

  scope.post(
    '/voice-preview',
    {
      config: { ...FOR.loggedIn, rateLimit: { max: SAMPLES_PER_MINUTE, timeWindow: '1 minute' } },
      schema: {
        tags: ['Avatars'],
        summary: 'Hear a voice before choosing it: the answer is a sound file (audio/wav: PCM16, mono, 24 kHz)',
        body: voicePreviewSchema,
      },
    },
    async (request, reply) => {
      const wav = await voicePreviews.make(personOf(request).user.userId, given(request.body));
      return reply.type('audio/wav').send(Buffer.from(wav));
    },
  );
}
