import {
  APICallError,
  type LanguageModelV4,
  type LanguageModelV4FunctionTool,
  type LanguageModelV4StreamPart,
  type LanguageModelV4Usage,
} from '@ai-sdk/provider';
import type { UsageAmounts } from '@visavis/protocol';
import type { Clock } from '../../core/clock.ts';
import { errorMessage } from '../../core/error-message.ts';
import type { ToolDefinition } from '../../core/voice-port.ts';
import { type CascadeFailure, type ServiceWords, serviceFailure, tooSlow } from './cascade-failure.ts';
import { modelPrompt } from './model-prompt.ts';
import { type Asked, noteOn, recordingThinker } from './recording-thinker.ts';
import type { TalkRecord } from './talk-record.ts';
import type { CountUsage, Thinker, Thought } from './thinker.ts';
import { WithoutReasoning } from './without-reasoning.ts';

export type LanguageModelOptions = {
  /** The model that an avatar names; empty: the usual one. */
  readonly modelNamed: (name: string) => LanguageModelV4;
  /** For whoever reads why it does not answer. */
  readonly words: ServiceWords;
  readonly sees: boolean;
  /** It is told how to direct the face. */
  readonly directsFace: boolean;
  readonly clock: Clock;
  /** A model that says nothing for so long, at the beginning or in between, is given up. */
  readonly patienceMs?: number;
};

/** Small models that this machine has to load first take half a minute. */
const PATIENCE_MS = 45_000;
/** Sound of about ten minutes: more is never spoken. */
const MAX_ANSWER_TOKENS = 4000;

/** Any language model, by the Vercel AI SDK's interface of providers: its words are handed on as they come. */
export function languageModelThinker(options: LanguageModelOptions): Thinker {
  return recordingThinker({
    sees: options.sees,
    open: (count) => ({ think: (talk, asked, signal) => think({ ...options, count }, talk, asked, signal) }),
  });
}

async function* think(
  options: LanguageModelOptions & { readonly count: CountUsage },
  talk: TalkRecord,
  { input, found }: Asked,
  signal: AbortSignal,
): AsyncGenerator<Thought> {
  const patience = new Patience(options, signal);
  try {
    const model = options.modelNamed(input.config.model);
    const note = await noteOn(found);
    const { stream } = await patience.of(
      model.doStream({
        prompt: modelPrompt(talk, input, { note, directsFace: options.directsFace }),
        maxOutputTokens: MAX_ANSWER_TOKENS,
        abortSignal: patience.signal,
        ...(input.config.tools.length === 0
          ? {}
          : { tools: input.config.tools.map(toolOf), toolChoice: { type: 'auto' } }),
      }),
    );
    yield* readThoughts(stream, patience, options.count);
  } catch (error) {
    throw patience.isLost ? tooSlow(options.words, options.patienceMs ?? PATIENCE_MS) : failureOf(error, options.words);
  } finally {
    patience.end();
  }
}

async function* readThoughts(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  patience: Patience,
  count: CountUsage,
): AsyncGenerator<Thought> {
  const words = new WithoutReasoning();
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await patience.of(reader.read());
      if (done) break;
      if (value.type === 'error') throw value.error;
      if (value.type === 'finish') count(amountsOf(value.usage));
      const text = value.type === 'text-delta' ? words.take(value.delta) : '';
      if (text !== '') yield { kind: 'words', text };
      if (value.type === 'tool-call') {
        yield { kind: 'call', callId: value.toolCallId, name: value.toolName, argumentsJson: value.input || '{}' };
      }
    }
    const rest = words.end();
    if (rest !== '') yield { kind: 'words', text: rest };
  } finally {
    // Also when nobody reads on: the service need not go on writing.
    await reader.cancel().catch(() => {});
  }
}

/** Services that do not count leave out what they did not. */
function amountsOf({ inputTokens, outputTokens }: LanguageModelV4Usage): UsageAmounts {
  return {
    inputTokens: inputTokens.total ?? 0,
    cachedInputTokens: inputTokens.cacheRead ?? 0,
    outputTokens: outputTokens.total ?? 0,
  };
}

/** Waits for each step of a model for a bounded time, and ends with `signal`. */
class Patience {
  readonly #aborter = new AbortController();
  readonly #options: LanguageModelOptions;
  readonly #given: AbortSignal;
  readonly #onAbort = (): void => this.#aborter.abort(this.#given.reason);
  isLost = false;

  constructor(options: LanguageModelOptions, signal: AbortSignal) {
    this.#options = options;
    this.#given = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  get signal(): AbortSignal {
    return this.#aborter.signal;
  }

  async of<Result>(step: PromiseLike<Result>): Promise<Result> {
    const cancel = this.#options.clock.schedule(this.#options.patienceMs ?? PATIENCE_MS, () => {
      this.isLost = true;
      this.#aborter.abort();
    });
    try {
      return await step;
    } finally {
      cancel();
    }
  }

  end(): void {
    this.#given.removeEventListener('abort', this.#onAbort);
  }
}

function failureOf(error: unknown, words: ServiceWords): CascadeFailure {
  const status = APICallError.isInstance(error) ? error.statusCode : undefined;
  return serviceFailure(words, errorMessage(error).slice(0, 300), status, error);
}

function toolOf({ name, description, parameters }: ToolDefinition): LanguageModelV4FunctionTool {
  return { type: 'function', name, description, inputSchema: parameters };
}
