import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// node-llama-cpp (MIT) runs language models. With its builds for graphics cards it takes 700 MB: it never comes along by itself, and
// is used where somebody has installed it. This is all of it that is used here, in its own words.

const PACKAGE = 'node-llama-cpp';
const VERSION = '3.21.1';
/** With all that it needs. */
export const LLAMA_RUNTIME_MEGABYTES = 83;

/** What is installed for a processor alone, without the builds for graphics cards. */
const PLATFORM_PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@node-llama-cpp/linux-x64',
  'linux-arm64': '@node-llama-cpp/linux-arm64',
  'linux-arm': '@node-llama-cpp/linux-armv7l',
  'darwin-arm64': '@node-llama-cpp/mac-arm64-metal',
  'darwin-x64': '@node-llama-cpp/mac-x64',
  'win32-x64': '@node-llama-cpp/win-x64',
  'win32-arm64': '@node-llama-cpp/win-arm64',
};

export type ChatHistoryItem =
  | { readonly type: 'system'; readonly text: string }
  | { readonly type: 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: readonly (string | ChatFunctionCall)[] };

export type ChatFunctionCall = {
  readonly type: 'functionCall';
  readonly name: string;
  readonly params: unknown;
  readonly result: unknown;
};

export type ChatFunctions = Readonly<Record<string, { readonly description?: string; readonly params?: unknown }>>;

/** Numbers of the model's vocabulary. */
export type Tokens = number[];

export type LlamaSequence = {
  readonly contextTokens: Tokens;
  readonly nextTokenIndex: number;
  adaptStateToTokens(tokens: Tokens, allowShift: boolean): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: Tokens): Promise<void>;
};

type LlamaContext = { getSequence(): LlamaSequence };

export type LlamaModel = {
  readonly trainContextSize: number;
  readonly tokenizer: (text: string) => Tokens;
  createContext(options: {
    readonly contextSize: number;
    readonly sequences: number;
    readonly threads: number;
    readonly batchSize: number;
  }): Promise<LlamaContext>;
};

export type Llama = {
  readonly cpuMathCores: number;
  loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>;
};

export type LlamaChat = {
  generateResponse(
    history: readonly ChatHistoryItem[],
    options: {
      readonly signal: AbortSignal;
      readonly maxTokens: number;
      readonly temperature: number;
      readonly topK: number;
      readonly topP: number;
      readonly budgets: { readonly thoughtTokens: number };
      readonly onTextChunk: (text: string) => void;
      readonly functions?: ChatFunctions;
      readonly maxParallelFunctionCalls?: number;
      readonly onFunctionCall?: (call: { readonly functionName: string; readonly params: unknown }) => void;
    },
  ): Promise<unknown>;
};

export type ChatWrapper = {
  generateContextState(options: {
    readonly chatHistory: readonly ChatHistoryItem[];
    readonly availableFunctions?: ChatFunctions;
  }): { readonly contextText: { tokenize(tokenizer: LlamaModel['tokenizer']): Tokens } };
};

export type LlamaRuntime = {
  getLlama(options: {
    readonly gpu: false;
    readonly build: 'never';
    readonly skipDownload: true;
    readonly progressLogs: false;
    readonly logLevel: 'error';
    readonly maxThreads: number;
  }): Promise<Llama>;
  readonly LlamaChat: new (options: {
    readonly contextSequence: LlamaSequence;
    readonly chatWrapper: ChatWrapper;
  }) => LlamaChat;
  resolveChatWrapper(model: LlamaModel): ChatWrapper;
};

/** File of the runtime: in `folder` (`DATA_DIR/runtimes`), or beside this package. Null: it is not installed. */
export function findLlamaRuntime(folder: string): string | null {
  // The first is asked as a file of that folder would ask.
  for (const from of [join(folder, 'any.js'), import.meta.filename]) {
    try {
      return createRequire(from).resolve(PACKAGE);
    } catch {
      // Not there; perhaps in the next place.
    }
  }
  return null;
}

export async function loadLlamaRuntime(path: string): Promise<LlamaRuntime> {
  return (await import(pathToFileURL(path).href)) as LlamaRuntime;
}

/** Arguments of the npm that installs the runtime into a folder: the build for this machine's processor, and no scripts. */
export function llamaInstallArguments(folder: string): readonly string[] {
  const build = PLATFORM_PACKAGES[`${platform()}-${arch()}`];
  return [
    'install',
    '--prefix',
    folder,
    '--ignore-scripts',
    '--omit=optional',
    '--no-audit',
    '--no-fund',
    ...[PACKAGE, ...(build === undefined ? [] : [build])].map((name) => `${name}@${VERSION}`),
  ];
}

/** The same as somebody types it. */
export function llamaInstallCommand(folder: string): string {
  return ['npm', ...llamaInstallArguments(folder)].map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' ');
}
