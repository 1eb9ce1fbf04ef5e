import { definePart, type ThinkerEntry } from '../catalogue-entry.ts';
import { baseOf } from '../shared/ask-service.ts';
import { modelOf, modelOptions, NEEDED_KEY, thinkerOf } from '../shared/model-entry.ts';

const title = 'Anthropic Claude';

export const anthropicEntry: ThinkerEntry = definePart({
  slot: 'thinker',
  id: 'anthropic',
  title,
  optionsSchema: modelOptions({ url: 'https://api.anthropic.com/v1', model: 'claude-haiku-5-5', sees: true }),
  key: NEEDED_KEY,
  describe: ({ sees }) => ({ sees, tools: true, isDemonstration: false }),
  open: async (options, tools) => {
    const { createAnthropic } = await import('@ai-sdk/anthropic');
    return thinkerOf(title, options, tools, (apiKey) => {
      const service = createAnthropic({ baseURL: baseOf(options.url), apiKey, fetch: tools.network.fetch });
      return (name) => service(modelOf(name, options.model));
    });
  },
});
