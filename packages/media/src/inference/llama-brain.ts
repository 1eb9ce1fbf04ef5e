import type { BrainPart, BrainRequest } from '../core/machine-brain.ts';
import { chatHistoryOf, fittingMessages, fittingTools } from './brain-history.ts';
import type { BrainPlace } from './brain-messages.ts';
import {
  type ChatFunctions,
  type ChatHistoryItem,
  type ChatWrapper,
  type LlamaChat,
  type LlamaModel,
  type LlamaSequence,
  loadLlamaRuntime,
  type Tokens,
} from './llama-runtime.ts';

/** Several pages. Each takes memory for every talk that is answered at once. */
const CONTEXT_TOKENS = 4096;
/** Spoken for about two minutes: small models know no end. */
const MAX_ANSWER_TOKENS = 400;
/** Read at a time. An answer that nobody wants any more is given up after so many. */
const BATCH_TOKENS = 128;
const MAX_ANSWERS_AT_ONCE = 4;
const MAX_THREADS = 8;
/** Calls in one answer. */
const MAX_CALLS = 4;
/** Lively, and yet a small model keeps to the matter. */
const SAMPLING = { temperature: 0.5, topK: 20, topP: 0.9 } as const;

/** Who asks, and how they are told. */
type Way = {
  readonly onPart: (part: BrainPart) => void;
  /** Called while there are no parts yet. */
  readonly onReading: () => void;
  readonly signal: AbortSignal;
};

type Place = { readonly sequence: LlamaSequence; readonly chat: LlamaChat; isFree: boolean; usedAt: number };

/** A small language model (GGUF) on the processor. */
export class LlamaBrain {
  readonly #model: LlamaModel;
  readonly #wrapper: ChatWrapper;
  readonly #places: readonly Place[];
  readonly #contextTokens: number;
  #uses = 0;

  private constructor(parts: {
    model: LlamaModel;
    wrapper: ChatWrapper;
    places: readonly Place[];
    contextTokens: number;
  }) {
    this.#model = parts.model;
    this.#wrapper = parts.wrapper;
    this.#places = parts.places;
    this.#contextTokens = parts.contextTokens;
  }

  static async open({
    runtimePath,
    modelPath,
    contextTokens: wanted = CONTEXT_TOKENS,
  }: BrainPlace): Promise<LlamaBrain> {
    const runtime = await loadLlamaRuntime(runtimePath);
    const llama = await runtime.getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: 'error',
      maxThreads: MAX_THREADS,
    });
    const model = await llama.loadModel({ modelPath });
    // Its threads wait for each other without sleeping: one that has to share its core holds up all others.
    const threads = Math.min(MAX_THREADS, Math.max(1, llama.cpuMathCores - 1));
    const sequences = Math.min(MAX_ANSWERS_AT_ONCE, Math.max(2, llama.cpuMathCores));
    const contextTokens = Math.min(wanted, model.trainContextSize);
    const context = await model.createContext({
      contextSize: contextTokens,
      sequences,
      threads,
      batchSize: BATCH_TOKENS,
    });
    const wrapper = runtime.resolveChatWrapper(model);
    const places = Array.from({ length: sequences }, (): Place => {
      const sequence = context.getSequence();
      const chat = new runtime.LlamaChat({ contextSequence: sequence, chatWrapper: wrapper });
      return { sequence, chat, isFree: true, usedAt: 0 };
    });
    return new LlamaBrain({ model, wrapper, places, contextTokens });
  }

  /** More answers are not thought of at the same time. */
  get atOnce(): number {
    return this.#places.length;
  }

  /** Rejects when it is aborted, after the batch that is being read. */
  async think(request: BrainRequest, way: Way): Promise<void> {
    const functions = fittingTools(functionsOf(request), this.#contextTokens, this.#tokensOfText);
    const history = this.#fittingHistory(request, functions);
    const tokens = this.#tokensOf(history, functions);
    const place = this.#bestPlace(tokens);
    place.isFree = false;
    this.#uses += 1;
    place.usedAt = this.#uses;
    try {
      await readAhead(place.sequence, tokens, way);
      if (request.maxTokens > 0) {
        await answer(place.chat, history, { ...way, functions, maxTokens: request.maxTokens });
      }
    } finally {
      place.isFree = true;
    }
  }

  readonly #tokensOfText = (text: string): number => this.#model.tokenizer(text).length;

  #fittingHistory({ messages, maxTokens }: BrainRequest, functions: ChatFunctions): ChatHistoryItem[] {
    const answerTokens = Math.min(Math.max(maxTokens, 1), MAX_ANSWER_TOKENS);
    const room = this.#contextTokens - answerTokens - this.#tokensOfText(JSON.stringify(functions));
    return chatHistoryOf(fittingMessages(messages, room, this.#tokensOfText));
  }

  #tokensOf(chatHistory: readonly ChatHistoryItem[], availableFunctions: ChatFunctions): Tokens {
    const isAsked = chatHistory.at(-1)?.type === 'user';
    const asked: ChatHistoryItem[] = isAsked ? [...chatHistory, { type: 'model', response: [] }] : [...chatHistory];
    const { contextText } = this.#wrapper.generateContextState({ chatHistory: asked, availableFunctions });
    return contextText.tokenize(this.#model.tokenizer);
  }

  /** The free place that has read most of it already; of equals the one that was used longest ago. */
  #bestPlace(tokens: Tokens): Place {
    const free = this.#places.filter(({ isFree }) => isFree);
    const shared = new Map(free.map((place) => [place, sharedLength(place.sequence.contextTokens, tokens)]));
    const [best] = free.toSorted(
      (one, other) => (shared.get(other) ?? 0) - (shared.get(one) ?? 0) || one.usedAt - other.usedAt,
    );
    if (best === undefined) throw new Error('The language model of this machine thinks of too many answers at once.');
    return best;
  }
}

async function readAhead(sequence: LlamaSequence, tokens: Tokens, { signal, onReading }: Way): Promise<void> {
  // The last one is read together with the first word of the answer.
  const ahead = tokens.slice(0, -1);
  signal.throwIfAborted();
  await sequence.adaptStateToTokens(ahead, false);
  for (let at = sequence.nextTokenIndex; at < ahead.length; at += BATCH_TOKENS) {
    signal.throwIfAborted();
    await sequence.evaluateWithoutGeneratingNewTokens(ahead.slice(at, at + BATCH_TOKENS));
    onReading();
  }
  signal.throwIfAborted();
}

async function answer(
  chat: LlamaChat,
  history: readonly ChatHistoryItem[],
  { functions, signal, onPart, maxTokens }: Way & { readonly functions: ChatFunctions; readonly maxTokens: number },
): Promise<void> {
  const hasFunctions = Object.keys(functions).length > 0;
  await chat.generateResponse(history, {
    ...SAMPLING,
    signal,
    maxTokens: Math.min(maxTokens, MAX_ANSWER_TOKENS),
    // What is thought before an answer would be waited for in silence.
    budgets: { thoughtTokens: 0 },
    onTextChunk: (text) => onPart({ kind: 'words', text }),
    ...(hasFunctions && {
      functions,
      maxParallelFunctionCalls: MAX_CALLS,
      onFunctionCall: ({ functionName, params }) =>
        onPart({ kind: 'call', name: functionName, argumentsJson: JSON.stringify(params ?? {}) }),
    }),
  });
}

function functionsOf({ tools }: BrainRequest): ChatFunctions {
  return Object.fromEntries(
    tools.map(({ name, description, parameters }) => {
      const hasParameters = Object.keys((parameters.properties as object | undefined) ?? {}).length > 0;
      return [name, { description, ...(hasParameters && { params: parameters }) }];
    }),
  );
}

function sharedLength(one: Tokens, other: Tokens): number {
  const end = Math.min(one.length, other.length);
  for (let at = 0; at < end; at += 1) if (one[at] !== other[at]) return at;
  return end;
}
