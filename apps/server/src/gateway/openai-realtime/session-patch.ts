import { EAGERNESS, LANGUAGE_TAG, LIMITS, type Tool, textFault } from '@visavis/protocol';
import { type Fields, isFields, toolsSchema } from '@visavis/protocol/schemas';
import type { Modality, SessionPatch, SoundFormat, TurnDetection } from './client-message.ts';
import { toFormat } from './session-view.ts';
import { Unusable } from './unusable.ts';

const { characters } = LIMITS;

/** Longest silence that ends a turn, and longest sound kept before one. */
const MAX_TURN_MS = 10_000;

/** Formats as today's interface names them, and as its beta did. */
const FORMATS: ReadonlyMap<unknown, SoundFormat> = new Map([
  ['audio/pcm', 'audio/pcm'],
  ['audio/pcmu', 'audio/pcmu'],
  ['audio/pcma', 'audio/pcma'],
  ['pcm16', 'audio/pcm'],
  ['g711_ulaw', 'audio/pcmu'],
  ['g711_alaw', 'audio/pcma'],
]);

/**
 * Reads a session as clients write it: today's form, or the flat one of the beta. What a face has no use for is left out. A text or a
 * tool that passes a limit, and a format that nobody here speaks, is refused.
 */
export function readSessionPatch(session: Fields): SessionPatch {
  const input = partOf(session, 'input');
  const output = partOf(session, 'output');
  const modality = readModality(session);
  const voice = readVoice(output.voice ?? session.voice);
  const speed = output.speed ?? session.speed;
  return {
    ...given('instructions', readInstructions(session.instructions)),
    ...given('modality', modality),
    ...given('voice', voice),
    ...given('speed', typeof speed === 'number' && speed >= 0.25 && speed <= 1.5 ? speed : undefined),
    ...given('tools', readTools(session.tools)),
    ...given('usesTools', session.tool_choice === undefined ? undefined : session.tool_choice !== 'none'),
    ...given('transcription', readTranscription(firstGiven(input.transcription, session.input_audio_transcription))),
    ...given('turnDetection', readTurnDetection(firstGiven(input.turn_detection, session.turn_detection))),
    ...given('inputFormat', readFormat(input.format ?? session.input_audio_format)),
    ...given('outputFormat', readFormat(output.format ?? session.output_audio_format)),
    ...given('maxOutputTokens', readMaxTokens(session.max_output_tokens ?? session.max_response_output_tokens)),
    ...given('tracing', readTracing(session.tracing)),
  };
}

/** A session of today's form in which nothing stands but what was read of one. */
export function writeSessionPatch(patch: SessionPatch): Fields {
  const { modality, tools, usesTools, turnDetection, inputFormat, outputFormat, maxOutputTokens } = patch;
  return {
    ...given('instructions', patch.instructions),
    ...given('output_modalities', modality && [modality]),
    ...given(
      'tools',
      tools?.map((tool) => ({ type: 'function', ...tool })),
    ),
    ...given('tool_choice', usesTools === undefined ? undefined : usesTools ? 'auto' : 'none'),
    ...given('max_output_tokens', maxOutputTokens),
    ...given('tracing', patch.tracing),
    audio: {
      input: {
        ...given('format', inputFormat && toFormat(inputFormat)),
        ...given('transcription', patch.transcription),
        ...given('turn_detection', turnDetection && writeTurnDetection(turnDetection)),
      },
      output: {
        ...given('format', outputFormat && toFormat(outputFormat)),
        ...given('voice', patch.voice),
        ...given('speed', patch.speed),
      },
    },
  };
}

function writeTurnDetection({ type, threshold, eagerness, ...turns }: Partial<TurnDetection>): Fields {
  return {
    ...given('type', type),
    ...given('threshold', threshold),
    ...given('prefix_padding_ms', turns.prefixPaddingMs),
    ...given('silence_duration_ms', turns.silenceDurationMs),
    ...given('eagerness', eagerness),
    ...given('create_response', turns.createsResponse),
    ...given('interrupt_response', turns.interruptsResponse),
  };
}

export function readModality({ output_modalities: today, modalities: beta }: Fields): Modality | undefined {
  const modalities = today ?? beta;
  if (!Array.isArray(modalities)) return undefined;
  return modalities.includes('audio') ? 'audio' : modalities.includes('text') ? 'text' : undefined;
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, Value>>);
}

/** Null says something: it clears. */
function firstGiven(...values: readonly unknown[]): unknown {
  return values.find((value) => value !== undefined);
}

function partOf({ audio }: Fields, key: 'input' | 'output'): Fields {
  const part = isFields(audio) ? audio[key] : undefined;
  return isFields(part) ? part : {};
}

function readInstructions(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const fault = textFault(value, characters.prompt);
  if (fault !== null) throw new Unusable('string_above_max_length', `instructions ${fault}.`, 'session.instructions');
  return value;
}

function readVoice(value: unknown): string | undefined {
  const name = isFields(value) ? value.id : value;
  return typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, characters.word) : undefined;
}

function readTools(value: unknown): readonly Tool[] | undefined {
  if (value === undefined) return undefined;
  const all: readonly unknown[] = Array.isArray(value) ? value : [];
  if (all.some((tool) => isFields(tool) && tool.type === 'mcp')) {
    throw new Unusable(
      'unsupported',
      'Tools of other servers are given to the avatar, not by its clients.',
      'session.tools',
    );
  }
  const read = toolsSchema.safeParse(all);
  if (read.success) return read.data;
  throw new Unusable('invalid_value', read.error.issues[0]?.message ?? 'tools are not valid.', 'session.tools');
}

function readTranscription(value: unknown): SessionPatch['transcription'] {
  if (value === null) return null;
  if (!isFields(value)) return undefined;
  const model = typeof value.model === 'string' ? value.model.slice(0, characters.word) : '';
  const { language } = value;
  const isTag = typeof language === 'string' && language.length <= characters.language && LANGUAGE_TAG.test(language);
  return { model, ...(isTag ? { language } : {}) };
}

function readTurnDetection(value: unknown): SessionPatch['turnDetection'] {
  if (value === null) return null;
  if (!isFields(value)) return undefined;
  const number = (key: string, most: number): number | undefined => {
    const one = value[key];
    return typeof one === 'number' && one >= 0 && one <= most ? one : undefined;
  };
  const flag = (key: string): boolean | undefined => {
    const one = value[key];
    return typeof one === 'boolean' ? one : undefined;
  };
  const type = value.type === 'semantic_vad' || value.type === 'server_vad' ? value.type : undefined;
  return {
    ...given('type', type),
    ...given('threshold', number('threshold', 1)),
    ...given('prefixPaddingMs', number('prefix_padding_ms', MAX_TURN_MS)),
    ...given('silenceDurationMs', number('silence_duration_ms', MAX_TURN_MS)),
    ...given(
      'eagerness',
      EAGERNESS.find((known) => known === value.eagerness),
    ),
    ...given('createsResponse', flag('create_response')),
    ...given('interruptsResponse', flag('interrupt_response')),
  };
}

function readFormat(value: unknown): SoundFormat | undefined {
  if (value === undefined || value === null) return undefined;
  const name = isFields(value) ? value.type : value;
  const format = FORMATS.get(name);
  const rate = isFields(value) ? value.rate : undefined;
  const isOurs = format !== 'audio/pcm' || rate === undefined || rate === null || rate === 24_000;
  if (format !== undefined && isOurs) return format;
  throw new Unusable('invalid_value', 'Sound is audio/pcm with 24,000 Hz, audio/pcmu or audio/pcma.', 'session.audio');
}

function readMaxTokens(value: unknown): number | 'inf' | undefined {
  if (value === 'inf') return value;
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}

/** An object may be anything; it is kept as long as it is small. */
function readTracing(value: unknown): unknown {
  return value !== undefined && JSON.stringify(value).length > characters.note ? 'auto' : value;
}
