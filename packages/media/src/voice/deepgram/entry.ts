import * as z from 'zod';
import { definePart, type RecogniserEntry } from '../catalogue-entry.ts';
import { baseUrl, keyOf, NEEDED_KEY, word } from '../shared/service-options.ts';

const title = 'Deepgram';

export const deepgramEntry: RecogniserEntry = definePart({
  slot: 'recogniser',
  id: 'deepgram',
  title,
  optionsSchema: z.strictObject({
    model: word('Model').default('nova-3'),
    language: word('Language', 'Like en or de; multi hears several').default('multi'),
    url: baseUrl('wss://api.deepgram.com', /^wss?$/),
  }),
  key: NEEDED_KEY,
  describe: ({ language }) => ({ languages: language === 'multi' ? ('any' as const) : [language], hearsAtOnce: true }),
  open: async (options, tools) => {
    const { streamingRecogniser } = await import('./streaming-recogniser.ts');
    const { logger, clock, network } = tools;
    return streamingRecogniser({ ...options, apiKey: keyOf(tools, title), logger, clock, network });
  },
});
