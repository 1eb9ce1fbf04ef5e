import type {
  LlamaChat as Chat,
  ChatFunctions,
  ChatHistoryItem,
  ChatWrapper,
  Llama,
  LlamaModel,
  LlamaSequence,
} from './llama-runtime.ts';

// Stands in for the runtime of language models: keeps all that its model is given to read, and answers with a call.

export const given: { readonly history: readonly ChatHistoryItem[]; readonly functions: ChatFunctions | undefined }[] =
  [];

const sequence: LlamaSequence = {
  contextTokens: [],
  nextTokenIndex: 0,
  async adaptStateToTokens() {},
  async evaluateWithoutGeneratingNewTokens() {},
};

const model: LlamaModel = {
  trainContextSize: 4096,
  tokenizer: (text) => text.split(' ').map((word) => word.length),
  createContext: async () => ({ getSequence: () => sequence, async dispose() {} }),
};

export async function getLlama(): Promise<Llama> {
  return { cpuMathCores: 1, loadModel: async () => model };
}

export class LlamaChat implements Chat {
  readonly generateResponse: Chat['generateResponse'] = async (history, { functions, onFunctionCall }) => {
    given.push({ history, functions });
    onFunctionCall?.({ functionName: 'get_weather', params: { place: 'Bern' } });
  };
}

export function resolveChatWrapper(): ChatWrapper {
  return {
    generateContextState({ chatHistory: history, availableFunctions: functions }) {
      given.push({ history, functions });
      return { contextText: { tokenize: () => [1, 2, 3] } };
    },
  };
}
