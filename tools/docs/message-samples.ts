import type { ClientWireMessage, ServerMessage, ServerMessageType } from '@visavis/protocol';

const REPLY = { id: 'turn_8c1f', response_id: 'turn_8c1f', responseId: 'turn_8c1f' };
const SESSION = { sessionId: '5f0c…', session_id: '5f0c…' };
const ICE = [{ urls: ['stun:avatars.example.org:3478'] }];
const CALL = { call_id: 'call_1', name: 'book_table', function_name: 'book_table', response_id: 'turn_8c1f' };

/** One message of each type; the compiler asks for those that are missing, and for every field. */
export const SERVER_SAMPLES: { readonly [Type in ServerMessageType]: ServerMessage & { readonly type: Type } } = {
  'conversation.connected.success': {
    type: 'conversation.connected.success',
    message: 'Connected.',
    session_id: '5f0c…',
    ice_servers: ICE,
    data: { ...SESSION, message: 'Connected.', iceServers: ICE },
  },
  'conversation.connected.warning': {
    type: 'conversation.connected.warning',
    message: 'Several avatars are called Mia.',
    data: { message: 'Several avatars are called Mia.', avatarId: '0123456789abcdef0123456789abcdef' },
  },
  'conversation.connected.fail': ending('conversation.connected.fail', 'invalid-licence', false),
  'conversation.connected.close': ending('conversation.connected.close', 'call-time-limit', true),
  'conversation.connected.insufficient_balance': ending(
    'conversation.connected.insufficient_balance',
    'insufficient-balance',
    false,
  ),
  'conversation.connected.gpu_full': ending('conversation.connected.gpu_full', 'no-capacity', true),
  'conversation.connected.connection_limit_exceeded': ending(
    'conversation.connected.connection_limit_exceeded',
    'connection-limit',
    true,
  ),
  'conversation.connected.backend_error': ending('conversation.connected.backend_error', 'worker-lost', true),
  'realtime.session.created': { type: 'realtime.session.created', data: SESSION },
  'realtime.session.updated': { type: 'realtime.session.updated', data: SESSION },
  'realtime.input_audio_buffer.speech_started': {
    type: 'realtime.input_audio_buffer.speech_started',
    data: { id: 'item_2', item_id: 'item_2', audio_start_ms: 4120 },
  },
  'realtime.input_audio_buffer.speech_stopped': {
    type: 'realtime.input_audio_buffer.speech_stopped',
    data: { id: 'item_2', item_id: 'item_2', audio_end_ms: 5880 },
  },
  'realtime.conversation.item.input_audio_transcription.completed': {
    type: 'realtime.conversation.item.input_audio_transcription.completed',
    transcript: 'A table for two, please.',
    data: {
      id: 'item_2',
      item_id: 'item_2',
      content: 'A table for two, please.',
      transcript: 'A table for two, please.',
    },
  },
  'realtime.response.audio_transcript.delta': {
    type: 'realtime.response.audio_transcript.delta',
    data: { ...REPLY, content: 'With ', delta: 'With ' },
  },
  'realtime.response.audio_transcript.done': {
    type: 'realtime.response.audio_transcript.done',
    data: { ...REPLY, content: 'With pleasure.', transcript: 'With pleasure.' },
  },
  'realtime.response.audio.delta': {
    type: 'realtime.response.audio.delta',
    data: { ...REPLY, delta: 'AAD//wIA…' },
  },
  'realtime.response.audio.done': {
    type: 'realtime.response.audio.done',
    data: { ...REPLY, interrupted: false, playedMs: 940, heardText: 'With pleasure.' },
  },
  'realtime.response.function_call_arguments.delta': {
    type: 'realtime.response.function_call_arguments.delta',
    data: { ...CALL, delta: '{"guests":2}' },
  },
  'realtime.response.function_call_arguments.done': {
    type: 'realtime.response.function_call_arguments.done',
    data: { ...CALL, arguments: { guests: 2 } },
    raw_data: {
      type: 'response.function_call_arguments.done',
      event_id: 'event_1',
      item_id: 'item_call_1',
      response_id: 'turn_8c1f',
      output_index: 0,
      call_id: 'call_1',
      name: 'book_table',
      arguments: '{"guests":2}',
    },
  },
  'webrtc.signaling.offer': { type: 'webrtc.signaling.offer', data: { sdp: { type: 'offer', sdp: 'v=0\r\n…' } } },
  'webrtc.signaling.answer': {
    type: 'webrtc.signaling.answer',
    sdp: { type: 'answer', sdp: 'v=0\r\n…' },
    data: { sdp: { type: 'answer', sdp: 'v=0\r\n…' } },
  },
  'webrtc.signaling.iceCandidate': {
    type: 'webrtc.signaling.iceCandidate',
    data: {
      candidate: { candidate: 'candidate:1 1 udp 2122260223 192.0.2.7 40000 typ host', sdpMid: '0', sdpMLineIndex: 0 },
    },
  },
  'visavis.session.info': {
    type: 'visavis.session.info',
    data: {
      sessionId: '5f0c…',
      protocolVersion: '2.0',
      provider: 'local',
      model: 'local',
      voice: 'marin',
      language: 'en-US',
      hears: true,
      sees: false,
      avatar: { avatarId: '0123456789abcdef0123456789abcdef', name: 'navtalk.Iris' },
    },
  },
  'visavis.turn.latency': {
    type: 'visavis.turn.latency',
    data: { turnId: 'turn_8c1f', transcriptMs: 2, firstTextMs: 4, firstAudioMs: 8, firstSoundMs: 12 },
  },
  'visavis.media.state': { type: 'visavis.media.state', data: { state: 'connected' } },
  'visavis.reply.started': { type: 'visavis.reply.started', data: REPLY },
  'visavis.say.state': {
    type: 'visavis.say.state',
    data: { ...REPLY, utteranceId: 'closing-time', state: 'started', playedMs: 0, heardText: '', message: '' },
  },
  'visavis.reply.sources': {
    type: 'visavis.reply.sources',
    data: { ...REPLY, sources: [{ source: 'handbook.pdf', page: 12, part: 31 }] },
  },
  'visavis.reply.sound': { type: 'visavis.reply.sound', data: { ...REPLY, playedMs: 0, isPlaying: true } },
  'visavis.reply.words': {
    type: 'visavis.reply.words',
    data: { ...REPLY, words: [{ text: 'It', startMs: 0, endMs: 120, estimated: false }] },
  },
  'visavis.problem': {
    type: 'visavis.problem',
    message: 'A message was ignored.',
    data: { code: 'message-ignored', message: 'A message was ignored.', detail: 'content: at most 32,000 characters' },
  },
  'visavis.heartbeat': { type: 'visavis.heartbeat', data: { intervalMs: 4000 } },
};

function ending<Type extends string>(type: Type, code: string, retryable: boolean) {
  const message = 'What happened, and what to do.';
  return { type, message, data: { message, code, retryable } };
}

/** One message of each type that clients send, in the spelling that is documented. */
export const CLIENT_SAMPLES: {
  readonly [Type in ClientWireMessage['type']]: Extract<ClientWireMessage, { readonly type: Type }>;
} = {
  'realtime.input_config': {
    type: 'realtime.input_config',
    data: { content: '{"voice":"marin","prompt":"You are the receptionist of a small hotel."}' },
  },
  'realtime.input_function_call': {
    type: 'realtime.input_function_call',
    data: { content: '[{"type":"function","name":"book_table","parameters":{"type":"object","properties":{}}}]' },
  },
  'session.update': { type: 'session.update', session: { instructions: 'Be brief.', voice: 'cedar' } },
  'realtime.input_audio_buffer.append': {
    type: 'realtime.input_audio_buffer.append',
    data: { audio: 'AAD//wIA' },
  },
  'realtime.input_audio_buffer.clear': { type: 'realtime.input_audio_buffer.clear' },
  'realtime.input_audio_buffer.commit': { type: 'realtime.input_audio_buffer.commit' },
  'conversation.item.create': {
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'My name is Mia.' }] },
  },
  'realtime.function_call_output': {
    type: 'realtime.function_call_output',
    data: { call_id: 'call_1', output: '{"table":4}', reply: 1 },
  },
  'response.create': { type: 'response.create' },
  'response.cancel': { type: 'response.cancel' },
  'realtime.input_text': { type: 'realtime.input_text', data: { content: 'Do you have a room?' } },
  'realtime.input_image': {
    type: 'realtime.input_image',
    data: { content: 'data:image/jpeg;base64,/9j/4AAQ', reply: 0 },
  },
  'webrtc.signaling.offer': { type: 'webrtc.signaling.offer', data: { sdp: { type: 'offer', sdp: 'v=0\r\n' } } },
  'webrtc.signaling.answer': { type: 'webrtc.signaling.answer', data: { sdp: { type: 'answer', sdp: 'v=0\r\n' } } },
  'webrtc.signaling.iceCandidate': {
    type: 'webrtc.signaling.iceCandidate',
    data: {
      candidate: { candidate: 'candidate:1 1 udp 2122260223 192.0.2.9 51000 typ host', sdpMid: '0', sdpMLineIndex: 0 },
    },
  },
  'visavis.say': {
    type: 'visavis.say',
    data: {
      text: 'The shop closes in ten minutes.',
      utteranceId: 'closing-time',
      interruptible: false,
      mode: 'replace',
    },
  },
  'visavis.interrupt': { type: 'visavis.interrupt', data: { force: true } },
  'visavis.expression': { type: 'visavis.expression', data: { expression: 'smile', durationMs: 2000 } },
};
