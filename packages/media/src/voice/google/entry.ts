import { definePart, type ThinkerEntry } from '../catalogue-entry.ts';
import { baseOf } from '../shared/ask-service.ts';
import { modelOf, modelOptions, NEEDED_KEY, thinkerOf } from '../shared/model-entry.ts';

const title = 'Google Gemini';

export const googleEntry: ThinkerEntry = definePart({
  slot: 'thinker',
  id: 'google',
  title,
  optionsSchema: modelOptions({
    url: 'https://generativelanguage.googleapis.com/v1beta',
    model: 'gemini-flash-latest',
    sees: true,
  }),
  key: NEEDED_KEY,
  describe: ({ sees }) => ({ sees, tools: true, isDemonstration: false }),
  open: async (options, tools) => {
    const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
    return thinkerOf(title, options, tools, (apiKey) => {
      const service = createGoogleGenerativeAI({ baseURL: baseOf(options.url), apiKey, fetch: tools.network.fetch });
      return (name) => service(modelOf(name, options.model));
    });
  },
});
