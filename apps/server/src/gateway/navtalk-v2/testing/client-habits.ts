import { listIn, objectIn, type PublishedCall, type Told, textIn } from './published-call.ts';

/** What several published clients say and do alike. */

export const ADD_TOOL = {
  type: 'function',
  name: 'add',
  description: 'Adds.',
  parameters: { type: 'object', properties: {}, required: [] },
};
export const PROMPT = 'You are a helper.';
export const EARLIER_TURNS = ['Good morning', 'Is it noon?'];
export const ANSWER_SDP = 'v=0\r\ns=answer\r\n';
export const OFFER_SDP = 'v=0\r\ns=offer of the client\r\n';

export const CREATED = 'realtime.session.created';
export const UPDATED = 'realtime.session.updated';
export const CALLED = 'realtime.response.function_call_arguments';
export const WORDS = 'realtime.response.audio_transcript';
export const SUCCESS = 'conversation.connected.success';
export const OFFER = 'webrtc.signaling.offer';
export const ANSWER = 'webrtc.signaling.answer';
export const CANDIDATE = 'webrtc.signaling.iceCandidate';

export const dataOf = (told: Told): Told => objectIn(told.data, 'data');
const turn = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});
export const toolsAtOnce = { type: 'realtime.input_function_call', data: { content: JSON.stringify([ADD_TOOL]) } };
export const configAtOnce = (config: object) => ({
  type: 'realtime.input_config',
  data: { content: JSON.stringify(config) },
});
export const SESSION_UPDATE = {
  type: 'session.update',
  session: {
    instructions: PROMPT,
    voice: 'cedar',
    temperature: 0.9,
    max_response_output_tokens: 4096,
    turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 600 },
    modalities: ['text', 'audio'],
    input_audio_format: 'pcm16',
    output_audio_format: 'pcm16',
    input_audio_transcription: { model: 'whisper-1' },
    tools: [ADD_TOOL],
  },
};

export const replayEach = (_told: Told, call: PublishedCall) => {
  for (const text of EARLIER_TURNS) call.send(turn(text));
};

export const openMicrophone = (_told: Told, call: PublishedCall) => {
  call.microphones += 1;
};

/** Some look whether it is open already. */
export const openMicrophoneOnce = (_told: Told, call: PublishedCall) => {
  call.microphones = 1;
};

export function takeServers(told: Told, call: PublishedCall): void {
  const data = dataOf(told);
  call.sessionId = textIn(data.sessionId, 'data.sessionId');
  call.iceServers.push(...listIn(data.iceServers, 'iceServers'));
}

export function answerOffer(told: Told, call: PublishedCall): void {
  const sdp = objectIn(dataOf(told).sdp, 'data.sdp');
  call.descriptions.push(textIn(sdp.sdp, 'data.sdp.sdp'));
  call.send({ type: ANSWER, data: { sdp: { type: 'answer', sdp: ANSWER_SDP } } });
}

export function takeCandidate(told: Told, call: PublishedCall): void {
  const candidate = objectIn(dataOf(told).candidate, 'data.candidate');
  // A browser throws on a candidate that belongs nowhere.
  if (candidate.sdpMid === undefined && candidate.sdpMLineIndex === undefined) throw new Error('belongs nowhere');
  call.candidates.push(candidate);
}

/** A call of a tool, in whatever form its arguments come. */
export function takeCall(told: Told, call: PublishedCall): void {
  const { function_name: name, arguments: given } = dataOf(told);
  call.tools.push({ name: textIn(name, 'data.function_name'), given });
}

export function takeAnswerInData(told: Told, call: PublishedCall): void {
  call.descriptions.push(textIn(objectIn(dataOf(told).sdp, 'data.sdp').sdp, 'data.sdp.sdp'));
}

export function takeAnswerAtTop(told: Told, call: PublishedCall): void {
  const sdp = objectIn(told.sdp, 'sdp');
  if (sdp.type !== 'answer') throw new Error('sdp.type is no answer');
  call.descriptions.push(textIn(sdp.sdp, 'sdp.sdp'));
}

/** Words of the avatar, grouped by one key and read from another. */
export const addWords = (idKey: string, textKey: string) => (told: Told, call: PublishedCall) => {
  const data = dataOf(told);
  const id = textIn(data[idKey], idKey);
  call.bubbles.set(id, (call.bubbles.get(id) ?? '') + textIn(data[textKey], textKey));
};

/** A whole text, by which some replace what they have put together. */
export const setWords = (idKey: string, textKey: string) => (told: Told, call: PublishedCall) => {
  const data = dataOf(told);
  call.bubbles.set(textIn(data[idKey], idKey), textIn(data[textKey], textKey));
};

export const hearUser = (told: Told, call: PublishedCall) => {
  call.userWords.push(textIn(dataOf(told).content, 'data.content'));
};

const show = (told: Told, call: PublishedCall) => {
  call.shown.push(textIn(told.message, 'message'));
};

export const showData = (told: Told, call: PublishedCall) => {
  call.shown.push(textIn(dataOf(told).message, 'data.message'));
};

export function sendResult(call: PublishedCall, callId: unknown): void {
  call.send({
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id: textIn(callId, 'call_id'), output: '4' },
  });
  call.send({ type: 'response.create' });
}

export const collectPieces = (told: Told, call: PublishedCall) => {
  const { call_id: callId, delta } = dataOf(told);
  const id = textIn(callId, 'call_id');
  call.pieces.set(id, (call.pieces.get(id) ?? '') + textIn(delta, 'delta'));
};

/** Takes the arguments where they are text, else the pieces it has. An object is nothing to it. */
export const runToolByText = (told: Told, call: PublishedCall) => {
  const { name, call_id: callId, arguments: given } = dataOf(told);
  const text = typeof given === 'string' ? given : (call.pieces.get(String(callId)) ?? '');
  call.tools.push({ name: noteEnd(call, textIn(name, 'data.name')), given: JSON.parse(text) });
  sendResult(call, callId);
};

/** Counts down to its hang-up when a reply ends after `end_conversation`. */
export const hangUpAfterReply = (_told: Told, call: PublishedCall) => {
  if (call.isAskedToEnd) call.lastWords ??= [...call.bubbles.values()].at(-1) ?? '';
};

export const noteEnd = (call: PublishedCall, name: string): string => {
  if (name === 'end_conversation') call.isAskedToEnd = true;
  return name;
};

export const USER_WORDS = 'realtime.conversation.item.input_audio_transcription.completed';
export const FAIL = { 'conversation.connected.fail': show, 'conversation.connected.close': show };
