/** What was said, as a language model of this machine is told of it. */
export type BrainMessage =
  | { readonly role: 'system' | 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string }
  | { readonly role: 'call'; readonly name: string; readonly argumentsJson: string; readonly outcome: string };

type BrainTool = {
  readonly name: string;
  readonly description: string;
  /** JSON schema. */
  readonly parameters: Readonly<Record<string, unknown>>;
};

/** Plain data: it goes to the process that runs the model. */
export type BrainRequest = {
  /** The oldest first, a `system` one before all others. */
  readonly messages: readonly BrainMessage[];
  readonly tools: readonly BrainTool[];
  /** 0: the messages are only read ahead, so that an answer to them and to what follows them begins sooner. */
  readonly maxTokens: number;
};

export type BrainPart =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'call'; readonly name: string; readonly argumentsJson: string };

/** The language model of this machine. */
export type MachineBrain = {
  readonly name: string;
  /** Resolves when the answer is whole. Rejects with a sentence when there is none, and when it is aborted. */
  think(request: BrainRequest, onPart: (part: BrainPart) => void, signal: AbortSignal): Promise<void>;
};
