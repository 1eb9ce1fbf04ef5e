import { isFields } from '@visavis/protocol/schemas';
import type { Message } from './state.ts';

// The form that clients read which send `OpenAI-Beta: realtime=v1`.

const TYPES: ReadonlyMap<string, string> = new Map([
  ['conversation.item.added', 'conversation.item.created'],
  ['response.output_audio.delta', 'response.audio.delta'],
  ['response.output_audio.done', 'response.audio.done'],
  ['response.output_audio_transcript.delta', 'response.audio_transcript.delta'],
  ['response.output_audio_transcript.done', 'response.audio_transcript.done'],
  ['response.output_text.delta', 'response.text.delta'],
  ['response.output_text.done', 'response.text.done'],
]);

const FORMATS: ReadonlyMap<unknown, string> = new Map([
  ['audio/pcm', 'pcm16'],
  ['audio/pcmu', 'g711_ulaw'],
  ['audio/pcma', 'g711_alaw'],
]);

const PARTS: ReadonlyMap<unknown, string> = new Map([
  ['output_audio', 'audio'],
  ['output_text', 'text'],
]);

/** Null: the beta has no such event. */
export function toBeta(message: Message): Message | null {
  if (message.type === 'conversation.item.done') return null;
  const { type, session, item, response } = message;
  return {
    ...message,
    type: TYPES.get(type) ?? type,
    ...(isFields(session) ? { session: sessionOf(session) } : {}),
    ...(isFields(item) ? { item: itemOf(item) } : {}),
    ...(isFields(response) ? { response: responseOf(response) } : {}),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function sessionOf({
  type: _,
  audio,
  output_modalities: modalities,
  max_output_tokens: tokens,
  ...rest
}: Fields): Fields {
  const parts = isFields(audio) ? audio : {};
  const [input, output] = [parts.input, parts.output].map((part) => (isFields(part) ? part : {})) as [Fields, Fields];
  return {
    ...rest,
    modalities: modalitiesOf(modalities),
    voice: output.voice,
    speed: output.speed,
    input_audio_format: formatOf(input.format),
    output_audio_format: formatOf(output.format),
    input_audio_transcription: input.transcription,
    input_audio_noise_reduction: input.noise_reduction,
    turn_detection: input.turn_detection,
    temperature: 0.8,
    max_response_output_tokens: tokens,
  };
}

function responseOf({ audio, output_modalities: modalities, output, ...rest }: Fields): Fields {
  const parts = isFields(audio) && isFields(audio.output) ? audio.output : {};
  return {
    ...rest,
    modalities: modalitiesOf(modalities),
    voice: parts.voice,
    output_audio_format: formatOf(parts.format),
    temperature: 0.8,
    output: Array.isArray(output) ? output.filter(isFields).map(itemOf) : [],
  };
}

function itemOf(item: Fields): Fields {
  if (!Array.isArray(item.content)) return item;
  const content = item.content.filter(isFields).map((part) => ({ ...part, type: PARTS.get(part.type) ?? part.type }));
  return { ...item, content };
}

function modalitiesOf(modalities: unknown): readonly string[] {
  return Array.isArray(modalities) && modalities.includes('audio') ? ['text', 'audio'] : ['text'];
}

function formatOf(format: unknown): string {
  return FORMATS.get(isFields(format) ? format.type : format) ?? 'pcm16';
}
