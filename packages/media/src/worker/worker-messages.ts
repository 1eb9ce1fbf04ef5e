import type { SessionCommand, SessionConfig, SessionEvent } from '../session/session-events.ts';

// What the pool and a media worker process say to each other (structured clone over the process channel).

export type PoolMessage =
  | { readonly type: 'open'; readonly callId: string; readonly config: SessionConfig }
  | { readonly type: 'command'; readonly callId: string; readonly command: SessionCommand }
  /** Close every call with this reason, then exit. */
  | { readonly type: 'shutdown'; readonly reason: string };

export type WorkerMessage =
  | { readonly type: 'ready'; readonly voice: VoiceDescription }
  | { readonly type: 'event'; readonly callId: string; readonly event: SessionEvent };

/** One line each on what speaks, hears and thinks without any provider key. */
export type VoiceDescription = { readonly mouth: string; readonly ears: string; readonly brain: string };

/** Options of a worker process, given as JSON in its first argument. */
export type WorkerOptions = {
  readonly cachePath: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Bundles whose idle loops are encoded before the first call, so that its first picture is quick. */
  readonly warmBundlePaths: readonly string[];
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bindAddress?: string;
  readonly portRange?: { readonly begin: number; readonly end: number };
  readonly publicAddresses: readonly string[];
  /** Of the `openai-realtime` voice; its key is in the process's environment as OPENAI_API_KEY. */
  readonly openAi?: { readonly url?: string; readonly turnDetection: 'server_vad' | 'semantic_vad' };
  /** Offers the `scripted` voice, a deterministic double for tests. */
  readonly allowScriptedVoice: boolean;
};
