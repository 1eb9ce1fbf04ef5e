import type { ServerMessage } from '@visavis/protocol';

/** A message of the first protocol: events of OpenAI's realtime beta, unwrapped, and a few of NavTalk's own. */
export type V1Message = { readonly type: string; readonly [key: string]: unknown };

/** What a reply has said so far as a whole; clients of the first protocol read it once more at its end. */
export type ReplyWords = { readonly turnId: string; readonly text: string };

/** The same message in the words of the first protocol; none where it has none. */
export function toV1(message: ServerMessage, words: readonly ReplyWords[]): V1Message[] {
  switch (message.type) {
    case 'realtime.session.created':
    case 'realtime.session.updated':
      return [{ type: bare(message.type), session: { id: message.data.sessionId, object: 'realtime.session' } }];
    case 'realtime.input_audio_buffer.speech_started':
    case 'realtime.input_audio_buffer.speech_stopped': {
      const { id: _id, ...data } = message.data;
      return [{ type: bare(message.type), ...data }];
    }
    case 'realtime.conversation.item.input_audio_transcription.completed': {
      const { item_id, transcript } = message.data;
      return [{ type: bare(message.type), item_id, content_index: 0, transcript }];
    }
    case 'realtime.response.audio_transcript.delta':
    case 'realtime.response.audio.delta':
      return [{ type: bare(message.type), ...placeOf(message.data.id), delta: message.data.delta }];
    case 'realtime.response.audio_transcript.done':
      return [{ type: bare(message.type), ...placeOf(message.data.id), transcript: message.data.transcript }];
    case 'realtime.response.audio.done': {
      const { id, interrupted } = message.data;
      return [{ type: bare(message.type), ...placeOf(id) }, responseDone(id, interrupted, words)];
    }
    case 'realtime.response.function_call_arguments.delta': {
      const { response_id, call_id, name, delta } = message.data;
      return [{ type: bare(message.type), response_id, item_id: `item_${call_id}`, call_id, name, delta }];
    }
    case 'realtime.response.function_call_arguments.done':
      return [message.raw_data];
    case 'conversation.connected.gpu_full':
      return [{ type: 'session.gpu_full', message: message.message }];
    case 'conversation.connected.insufficient_balance':
      return [{ type: 'session.insufficient_balance', message: message.message }];
    case 'conversation.connected.fail':
    case 'conversation.connected.backend_error':
    case 'conversation.connected.connection_limit_exceeded':
      return [{ type: 'session.backend.error', message: message.message, code: message.data.code }];
    default:
      return [];
  }
}

/** What is said on the second socket; null: it is not said there. */
export function toSignal(message: ServerMessage, sessionId: string): V1Message | null {
  switch (message.type) {
    case 'webrtc.signaling.offer':
    case 'webrtc.signaling.answer':
      return { type: message.data.sdp.type, targetSessionId: sessionId, sdp: message.data.sdp };
    case 'webrtc.signaling.iceCandidate':
      return { type: 'iceCandidate', targetSessionId: sessionId, candidate: message.data.candidate };
    default:
      return null;
  }
}

function bare(type: string): string {
  return type.replace(/^realtime\./, '');
}

function placeOf(turnId: string) {
  return { response_id: turnId, item_id: `item_${turnId}`, output_index: 0, content_index: 0 };
}

/** One client takes the words of the answer from here alone. */
function responseDone(turnId: string, interrupted: boolean, words: readonly ReplyWords[]): V1Message {
  const transcript = words.find((reply) => reply.turnId === turnId)?.text ?? '';
  const content = [{ type: 'audio', transcript }];
  const item = { id: `item_${turnId}`, object: 'realtime.item', type: 'message', role: 'assistant', content };
  const status = interrupted ? 'cancelled' : 'completed';
  return { type: 'response.done', response: { id: turnId, object: 'realtime.response', status, output: [item] } };
}
