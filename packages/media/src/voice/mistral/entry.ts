import { definePart, type ThinkerEntry } from '../catalogue-entry.ts';
import { baseOf } from '../shared/ask-service.ts';
import { modelOf, modelOptions, NEEDED_KEY, thinkerOf } from '../shared/model-entry.ts';

const title = 'Mistral';

export const mistralEntry: ThinkerEntry = definePart({
  slot: 'thinker',
  id: 'mistral',
  title,
  optionsSchema: modelOptions({ url: 'https://api.mistral.ai/v1', model: 'mistral-small-latest', sees: false }),
  key: NEEDED_KEY,
  describe: ({ sees }) => ({ sees, tools: true, isDemonstration: false }),
  open: async (options, tools) => {
    const { createMistral } = await import('@ai-sdk/mistral');
    return thinkerOf(title, options, tools, (apiKey) => {
      const service = createMistral({ baseURL: baseOf(options.url), apiKey, fetch: tools.network.fetch });
      return (name) => service(modelOf(name, options.model));
    });
  },
});
