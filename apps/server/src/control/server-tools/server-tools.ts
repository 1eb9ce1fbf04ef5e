import type { AnswerSource, AvatarTool, Tool } from '@visavis/protocol';
import type { ControlLogger } from '../logger.ts';

/** One call of a voice, as far as the server's tools need to know it. */
export type ToolTalk = TalkOfTools & {
  /** Aborted when the call is over. */
  readonly ended: AbortSignal;
};

type TalkOfTools = {
  readonly sessionId: string;
  readonly projectId: string;
  readonly avatar: { readonly avatarId: string; readonly tools?: readonly AvatarTool[] };
};

export type ToolCall = {
  readonly callId: string;
  readonly name: string;
  /** One JSON object. */
  readonly argumentsJson: string;
};

/** What came of a call: words for the model, whether they tell of a failure or not. */
export type ToolAnswer = {
  readonly isAnswered: boolean;
  readonly output: string;
  /** Where it stands; left out: nowhere. */
  readonly sources?: readonly AnswerSource[];
};

/** What documents say of some words. */
export type LookUp = (words: string) => Promise<readonly (AnswerSource & { readonly text: string })[]>;

/** A tool that the server answers. */
export type ServerTool = {
  readonly definition: Tool & { readonly serverWaitMs: number };
  run(call: ToolCall, signal: AbortSignal): Promise<ToolAnswer>;
};

/** Where tools of an avatar come from; `taken`: names that others have. */
export type ToolSource = (talk: ToolTalk, taken: ReadonlySet<string>) => Promise<readonly ServerTool[]>;

/** Calls of one talk that run at once. */
const MAX_RUNNING = 16;
const UNKNOWN = unanswered('There is no such tool. Go on without it.').output;
const BUSY = unanswered('The tool was not called, because too many others are running. Call it again later.').output;

/** An answer that is a failure: the model is told in a sentence, and says so. */
export function unanswered(error: string): ToolAnswer {
  return { isAnswered: false, output: JSON.stringify({ error }) };
}

/** The tools of all sources; one whose source fails is left out, and its talk goes on without. */
export function createServerTools(
  sources: readonly ToolSource[],
  lookUpOf: (talk: ToolTalk) => Promise<LookUp | null>,
  logger: ControlLogger,
) {
  return async (given: TalkOfTools) => {
    const ending = new AbortController();
    const talk: ToolTalk = { ...given, ended: ending.signal };
    const tools = new Map<string, ServerTool>();
    for (const source of sources) {
      try {
        for (const tool of await source(talk, new Set(tools.keys()))) {
          if (!tools.has(tool.definition.name)) tools.set(tool.definition.name, tool);
        }
      } catch (error) {
        const { sessionId, avatar } = talk;
        logger.warn({ sessionId, avatarId: avatar.avatarId, error: String(error) }, 'Tools of an avatar are left out');
      }
    }
    let running = 0;
    const lookUp = await lookUpOf(talk).catch((error: unknown) => {
      const { sessionId, avatar } = talk;
      logger.warn(
        { sessionId, avatarId: avatar.avatarId, error: String(error) },
        'Documents of an avatar are left out',
      );
      return null;
    });
    return {
      ...(lookUp === null ? {} : { lookUp }),
      tools: [...tools.values()].map(({ definition }) => definition),
      async run(
        call: ToolCall,
        signal: AbortSignal,
        cite?: (sources: readonly AnswerSource[]) => void,
      ): Promise<string> {
        const tool = tools.get(call.name);
        if (tool === undefined) return UNKNOWN;
        if (running >= MAX_RUNNING) return BUSY;
        running += 1;
        try {
          const { output, sources: places } = await tool.run(call, signal);
          if (places !== undefined) cite?.(places);
          return output;
        } catch (error) {
          if (!signal.aborted) logger.error({ tool: call.name, error: String(error) }, 'A tool of the server failed');
          return unanswered('The tool failed. Say so, and go on without it.').output;
        } finally {
          running -= 1;
        }
      },
      close: () => ending.abort(),
    };
  };
}
