import { type ClientKind, listIn, objectIn, type PublishedCall, type Told, textIn } from './published-call.ts';

/** Clients of NavTalk's second protocol as its reference describes them: what they say, and what they cannot do without. */

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

const CREATED = 'realtime.session.created';
const UPDATED = 'realtime.session.updated';
const CALLED = 'realtime.response.function_call_arguments';
const WORDS = 'realtime.response.audio_transcript';
const SUCCESS = 'conversation.connected.success';
const OFFER = 'webrtc.signaling.offer';
const ANSWER = 'webrtc.signaling.answer';
const CANDIDATE = 'webrtc.signaling.iceCandidate';

const dataOf = (told: Told): Told => objectIn(told.data, 'data');
const turn = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});
const toolsAtOnce = { type: 'realtime.input_function_call', data: { content: JSON.stringify([ADD_TOOL]) } };
const configAtOnce = (config: object) => ({ type: 'realtime.input_config', data: { content: JSON.stringify(config) } });
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

// What several of them do alike.

const replayEach = (_told: Told, call: PublishedCall) => {
  for (const text of EARLIER_TURNS) call.send(turn(text));
};

const openMicrophone = (_told: Told, call: PublishedCall) => {
  call.microphones += 1;
};

/** Some look whether it is open already. */
const openMicrophoneOnce = (_told: Told, call: PublishedCall) => {
  call.microphones = 1;
};

function takeServers(told: Told, call: PublishedCall): void {
  const data = dataOf(told);
  call.sessionId = textIn(data.sessionId, 'data.sessionId');
  call.iceServers.push(...listIn(data.iceServers, 'iceServers'));
}

function answerOffer(told: Told, call: PublishedCall): void {
  const sdp = objectIn(dataOf(told).sdp, 'data.sdp');
  call.descriptions.push(textIn(sdp.sdp, 'data.sdp.sdp'));
  call.send({ type: ANSWER, data: { sdp: { type: 'answer', sdp: ANSWER_SDP } } });
}

function takeCandidate(told: Told, call: PublishedCall): void {
  const candidate = objectIn(dataOf(told).candidate, 'data.candidate');
  // A browser throws on a candidate that belongs nowhere.
  if (candidate.sdpMid === undefined && candidate.sdpMLineIndex === undefined) throw new Error('belongs nowhere');
  call.candidates.push(candidate);
}

function takeAnswerInData(told: Told, call: PublishedCall): void {
  call.descriptions.push(textIn(objectIn(dataOf(told).sdp, 'data.sdp').sdp, 'data.sdp.sdp'));
}

function takeAnswerAtTop(told: Told, call: PublishedCall): void {
  const sdp = objectIn(told.sdp, 'sdp');
  if (sdp.type !== 'answer') throw new Error('sdp.type is no answer');
  call.descriptions.push(textIn(sdp.sdp, 'sdp.sdp'));
}

/** Words of the avatar, grouped by one key and read from another. */
const addWords = (idKey: string, textKey: string) => (told: Told, call: PublishedCall) => {
  const data = dataOf(told);
  const id = textIn(data[idKey], idKey);
  call.bubbles.set(id, (call.bubbles.get(id) ?? '') + textIn(data[textKey], textKey));
};

/** A whole text, by which some replace what they have put together. */
const setWords = (idKey: string, textKey: string) => (told: Told, call: PublishedCall) => {
  const data = dataOf(told);
  call.bubbles.set(textIn(data[idKey], idKey), textIn(data[textKey], textKey));
};

const hearUser = (told: Told, call: PublishedCall) => {
  call.userWords.push(textIn(dataOf(told).content, 'data.content'));
};

const show = (told: Told, call: PublishedCall) => {
  call.shown.push(textIn(told.message, 'message'));
};

const showData = (told: Told, call: PublishedCall) => {
  call.shown.push(textIn(dataOf(told).message, 'data.message'));
};

function sendResult(call: PublishedCall, callId: unknown): void {
  call.send({
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id: textIn(callId, 'call_id'), output: '4' },
  });
  call.send({ type: 'response.create' });
}

const collectPieces = (told: Told, call: PublishedCall) => {
  const { call_id: callId, delta } = dataOf(told);
  const id = textIn(callId, 'call_id');
  call.pieces.set(id, (call.pieces.get(id) ?? '') + textIn(delta, 'delta'));
};

/** Takes the arguments where they are text, else the pieces it has. An object is nothing to it. */
const runToolByText = (told: Told, call: PublishedCall) => {
  const { name, call_id: callId, arguments: given } = dataOf(told);
  const text = typeof given === 'string' ? given : (call.pieces.get(String(callId)) ?? '');
  call.tools.push({ name: textIn(name, 'data.name'), given: JSON.parse(text) });
  sendResult(call, callId);
};

const USER_WORDS = 'realtime.conversation.item.input_audio_transcription.completed';
const FAIL = { 'conversation.connected.fail': show, 'conversation.connected.close': show };

const BROWSER_SDK: ClientKind['on'] = {
  [SUCCESS]: takeServers,
  [CREATED]: replayEach,
  [UPDATED]: openMicrophone,
  [OFFER]: answerOffer,
  [USER_WORDS]: hearUser,
  [`${WORDS}.delta`]: addWords('id', 'content'),
  [`${CALLED}.done`]: (told, call) => {
    const name = textIn(objectIn(told.raw_data, 'raw_data').name, 'raw_data.name');
    call.tools.push({ name, given: objectIn(dataOf(told).arguments, 'data.arguments') });
  },
  ...FAIL,
};

const JS: ClientKind = { atOnce: [toolsAtOnce], on: BROWSER_SDK };

const HTML: ClientKind = {
  on: { ...BROWSER_SDK, [CANDIDATE]: takeCandidate, [ANSWER]: takeAnswerInData },
};

const IOS: ClientKind = {
  atOnce: [toolsAtOnce],
  on: {
    [SUCCESS](told, call) {
      call.sessionId = textIn(told.session_id, 'session_id');
      // Any peer of before is torn down.
      call.descriptions.length = 0;
      for (const server of listIn(dataOf(told).iceServers, 'iceServers')) {
        if (Array.isArray(objectIn(server, 'server').urls)) call.iceServers.push(server);
      }
    },
    [CREATED]: replayEach,
    [UPDATED]: openMicrophone,
    [OFFER](told, call) {
      if (call.sessionId !== '' && call.iceServers.length > 0) answerOffer(told, call);
    },
    [CANDIDATE](told, call) {
      const { sdpMid, sdpMLineIndex } = objectIn(dataOf(told).candidate, 'data.candidate');
      if (typeof sdpMid === 'string' && typeof sdpMLineIndex === 'number') takeCandidate(told, call);
    },
    [ANSWER]: takeAnswerAtTop,
    [USER_WORDS]: hearUser,
    [`${WORDS}.done`]: setWords('id', 'content'),
    [`${CALLED}.done`](told, call) {
      const { name, arguments: given } = dataOf(told);
      call.tools.push({ name: textIn(name, 'data.name'), given: objectIn(given, 'data.arguments') });
    },
    ...FAIL,
  },
};

const ANDROID: ClientKind = {
  atOnce: [toolsAtOnce],
  every: (told) => void textIn(told.type, 'type'),
  on: {
    [SUCCESS](told, call) {
      takeServers(told, call);
      for (const server of call.iceServers) listIn(objectIn(server, 'server').urls, 'urls');
    },
    // The writer of its JSON turns a list that it does not know into a text.
    [CREATED](_told, call) {
      const content = `[${EARLIER_TURNS.map((text) => `{type=input_text, text=${text}}`).join(', ')}]`;
      call.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    },
    [UPDATED](told, call) {
      openMicrophone(told, call);
      call.send({ type: 'realtime.input_audio_buffer.append', data: { audio: 'AAAA', sequenceNumber: 0 } });
    },
    [OFFER](told, call) {
      if (call.descriptions.length > 0) throw new Error('a second offer');
      answerOffer(told, call);
    },
    [ANSWER]: takeAnswerAtTop,
    [USER_WORDS]: hearUser,
    [`${WORDS}.done`]: setWords('id', 'content'),
    [`${CALLED}.done`](told, call) {
      const { function_name: name, arguments: given } = dataOf(told);
      call.tools.push({ name: textIn(name, 'data.function_name'), given });
    },
    ...FAIL,
  },
};

const CLINIC: ClientKind = {
  atOnce: [configAtOnce({ voice: 'marin', prompt: PROMPT, tools: [ADD_TOOL] })],
  on: {
    [SUCCESS]: takeServers,
    [CREATED]: replayEach,
    [UPDATED](_told, call) {
      openMicrophoneOnce(_told, call);
      call.send({ type: 'response.create' });
    },
    [OFFER]: answerOffer,
    [CANDIDATE]: takeCandidate,
    [USER_WORDS]: hearUser,
    [`${WORDS}.delta`]: addWords('response_id', 'delta'),
    [`${WORDS}.done`]: setWords('response_id', 'transcript'),
    [`${CALLED}.delta`]: collectPieces,
    [`${CALLED}.done`](told, call) {
      const { name, function_name, arguments: given, call_id: callId } = dataOf(told);
      call.tools.push({ name: textIn(name ?? function_name, 'name'), given });
      sendResult(call, callId);
    },
    'conversation.connected.fail': showData,
    'conversation.connected.close': showData,
    'conversation.connected.gpu_full': showData,
    'conversation.connected.connection_limit_exceeded': showData,
    'conversation.connected.backend_error': showData,
    'conversation.connected.insufficient_balance': showData,
  },
};

const RECRUITMENT: ClientKind = {
  atOnce: [configAtOnce({ voice: 'marin', prompt: PROMPT, tools: [ADD_TOOL] })],
  on: {
    [SUCCESS]: takeServers,
    [UPDATED](_told, call) {
      openMicrophoneOnce(_told, call);
      call.send({ type: 'response.create' });
    },
    [OFFER]: answerOffer,
    [CANDIDATE]: takeCandidate,
    [USER_WORDS]: hearUser,
    [`${WORDS}.delta`]: addWords('id', 'content'),
    // Arguments that are no text are none to it.
    [`${CALLED}.done`](told, call) {
      const { name, function_name, arguments: given } = dataOf(told);
      call.tools.push({
        name: textIn(function_name ?? name, 'name'),
        given: typeof given === 'string' ? JSON.parse(given) : {},
      });
    },
    ...FAIL,
  },
};

const SESSION_UPDATER: ClientKind['on'] = {
  [SUCCESS]: takeServers,
  [CREATED](told, call) {
    call.send(SESSION_UPDATE);
    replayEach(told, call);
  },
  [UPDATED]: openMicrophoneOnce,
  [OFFER]: answerOffer,
  [CANDIDATE]: takeCandidate,
  [ANSWER]: takeAnswerInData,
  [USER_WORDS]: hearUser,
  [`${CALLED}.delta`]: collectPieces,
  [`${CALLED}.done`]: runToolByText,
  'conversation.connected.fail': showData,
  'conversation.connected.close': showData,
  'conversation.connected.insufficient_balance': showData,
};

const HOTEL: ClientKind = {
  query: { model: 'gpt-realtime' },
  on: { ...SESSION_UPDATER, [`${WORDS}.delta`]: addWords('id', 'content') },
};

const hangUpOnError = (told: Told): never => {
  throw new Error(`hangs up on ${String(told.type)}`);
};

const ESL: ClientKind = {
  query: { model: 'gpt-realtime' },
  on: {
    ...SESSION_UPDATER,
    // Turns are said again whenever something is updated.
    [UPDATED](told, call) {
      if (call.microphones > 0) replayEach(told, call);
      openMicrophoneOnce(told, call);
    },
    [`${WORDS}.delta`]: addWords('id', 'content'),
    'realtime.response.audio.delta': (_told, call) => {
      call.played += 1;
    },
    error: hangUpOnError,
    'realtime.response.error': hangUpOnError,
  },
};

const WORDPRESS: ClientKind = {
  atOnce: [configAtOnce({ voice: 'marin', prompt: PROMPT, tools: [ADD_TOOL] })],
  on: {
    [SUCCESS]: takeServers,
    [CREATED]: replayEach,
    [UPDATED]: openMicrophoneOnce,
    [OFFER]: answerOffer,
    [CANDIDATE]: takeCandidate,
    [ANSWER]: takeAnswerInData,
    [USER_WORDS]: hearUser,
    [`${WORDS}.delta`]: addWords('id', 'content'),
    [`${CALLED}.done`](told, call) {
      const { function_name: name, arguments: given } = dataOf(told);
      call.tools.push({ name: textIn(name, 'function_name'), given });
    },
    ...FAIL,
  },
};

const EXPO: ClientKind = {
  atOnce: [toolsAtOnce],
  on: {
    [SUCCESS]: takeServers,
    [UPDATED]: openMicrophoneOnce,
    [OFFER]: answerOffer,
    [USER_WORDS]: hearUser,
    [`${WORDS}.delta`]: addWords('id', 'content'),
    [`${CALLED}.done`](told, call) {
      const { function_name: name, arguments: given } = dataOf(told);
      call.tools.push({ name: textIn(name, 'function_name'), given });
    },
    ...FAIL,
  },
};

const FLUTTER: ClientKind = {
  atOnce: [toolsAtOnce],
  every: (told) => void dataOf(told),
  on: {
    ...EXPO.on,
    [SUCCESS](told, call) {
      takeServers(told, call);
      if (call.iceServers.length === 0) throw new Error('no ICE servers');
    },
  },
};

export const PUBLISHED = {
  JS,
  IOS,
  ANDROID,
  CLINIC,
  RECRUITMENT,
  HOTEL,
  ESL,
  WORDPRESS,
  HTML,
  EXPO,
  FLUTTER,
} as const satisfies Readonly<Record<string, ClientKind>>;
