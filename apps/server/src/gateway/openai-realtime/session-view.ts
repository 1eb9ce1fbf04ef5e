import type { SessionConfigPatch } from '@visavis/media/session-events';
import { EAGERNESS_SILENCE_MS, type Tool } from '@visavis/protocol';
import type { CallSettings } from '../calls/call-settings.ts';
import type { Modality, SessionPatch, SoundFormat, TurnDetection } from './client-message.ts';

/** The session as its client sees it, with all that it has changed so far. */
export type SessionView = {
  readonly id: string;
  /** As the client called it. */
  readonly model: string;
  /** The client's own; what the avatar is told stays on the server. */
  readonly instructions: string;
  readonly modality: Modality;
  readonly voice: string;
  readonly speed: number;
  readonly tools: readonly Tool[];
  readonly usesTools: boolean;
  readonly transcription: { readonly model: string; readonly language?: string } | null;
  readonly turnDetection: TurnDetection | null;
  readonly inputFormat: SoundFormat;
  readonly outputFormat: SoundFormat;
  readonly maxOutputTokens: number | 'inf';
  readonly tracing: unknown;
};

/** A turn that only the client ends: no silence is as long. */
const NEVER_MS = 3_600_000;

export function initialView({ sessionId, config }: CallSettings, model: string): SessionView {
  return {
    id: `sess_${sessionId}`,
    model: model === '' ? config.avatar.name : model,
    instructions: '',
    modality: 'audio',
    voice: config.voice,
    speed: 1,
    tools: [],
    usesTools: true,
    transcription: null,
    turnDetection: {
      ...config.turnDetection,
      type: 'server_vad',
      eagerness: 'auto',
      createsResponse: true,
      interruptsResponse: true,
    },
    inputFormat: 'audio/pcm',
    outputFormat: 'audio/pcm',
    maxOutputTokens: 'inf',
    tracing: null,
  };
}

export function patchView(view: SessionView, { turnDetection, ...patch }: SessionPatch): SessionView {
  const next: SessionView = { ...view, ...patch };
  if (turnDetection === undefined) return next;
  return { ...next, turnDetection: turnDetection === null ? null : patchTurns(view.turnDetection, turnDetection) };
}

function patchTurns(known: TurnDetection | null, patch: Partial<TurnDetection>): TurnDetection {
  const usual: TurnDetection = {
    type: 'server_vad',
    threshold: 0.5,
    prefixPaddingMs: 300,
    silenceDurationMs: 500,
    eagerness: 'auto',
    createsResponse: true,
    interruptsResponse: true,
  };
  return { ...(known ?? usual), ...patch };
}

/** What the session is told of a change; null: nothing. */
export function toConfigPatch(before: SessionView, after: SessionView, patch: SessionPatch): SessionConfigPatch | null {
  const { instructions = '', voice, transcription } = patch;
  const told: SessionConfigPatch = {
    ...(instructions.trim() === '' ? {} : { prompt: instructions }),
    ...(voice === undefined || voice === before.voice ? {} : { voice }),
    ...(patch.tools === undefined && patch.usesTools === undefined
      ? {}
      : { tools: after.usesTools ? after.tools : [] }),
    ...(transcription?.language === undefined ? {} : { language: transcription.language }),
    ...(patch.turnDetection === undefined ? {} : turnsOf(after)),
  };
  return Object.keys(told).length === 0 ? null : told;
}

/** Sense ends a turn only where the client asked for it: whoever sets a silence, or ends turns himself, is not forestalled. */
function turnsOf({ turnDetection }: SessionView): SessionConfigPatch {
  if (turnDetection === null) {
    const turns = { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: NEVER_MS, endsBy: 'client' } as const;
    return { turnDetection: turns, answersTurns: false, interruptsReplies: false };
  }
  const { type, threshold, prefixPaddingMs, silenceDurationMs, eagerness } = turnDetection;
  const ends =
    type === 'semantic_vad'
      ? ({ silenceDurationMs: EAGERNESS_SILENCE_MS[eagerness], endsBy: 'sense', eagerness } as const)
      : ({ silenceDurationMs, endsBy: 'silence' } as const);
  return {
    turnDetection: { threshold, prefixPaddingMs, ...ends },
    answersTurns: turnDetection.createsResponse,
    interruptsReplies: turnDetection.interruptsResponse,
  };
}

/** The whole session in force, in today's form. */
export function toSession(view: SessionView, expiresAtSeconds: number) {
  const { id, model, instructions, modality, tools, usesTools, maxOutputTokens, tracing } = view;
  return {
    type: 'realtime',
    object: 'realtime.session',
    id,
    model,
    output_modalities: [modality],
    instructions,
    tools: tools.map((tool) => ({ type: 'function', ...tool })),
    tool_choice: usesTools ? 'auto' : 'none',
    max_output_tokens: maxOutputTokens,
    tracing,
    truncation: 'auto',
    prompt: null,
    include: null,
    expires_at: expiresAtSeconds,
    audio: {
      input: {
        format: toFormat(view.inputFormat),
        transcription: view.transcription,
        noise_reduction: null,
        turn_detection: toTurnDetection(view.turnDetection),
      },
      output: { format: toFormat(view.outputFormat), voice: view.voice, speed: view.speed },
    },
  };
}

export function toFormat(format: SoundFormat) {
  return format === 'audio/pcm' ? { type: format, rate: 24_000 } : { type: format };
}

function toTurnDetection(turns: TurnDetection | null) {
  if (turns === null) return null;
  const rules = { create_response: turns.createsResponse, interrupt_response: turns.interruptsResponse };
  if (turns.type === 'semantic_vad') return { type: turns.type, eagerness: turns.eagerness, ...rules };
  const { threshold, prefixPaddingMs, silenceDurationMs } = turns;
  return {
    type: turns.type,
    threshold,
    prefix_padding_ms: prefixPaddingMs,
    silence_duration_ms: silenceDurationMs,
    idle_timeout_ms: null,
    ...rules,
  };
}
