import {
  ADD_TOOL,
  ANSWER,
  addWords,
  answerOffer,
  CALLED,
  CANDIDATE,
  CREATED,
  collectPieces,
  configAtOnce,
  dataOf,
  EARLIER_TURNS,
  FAIL,
  hangUpAfterReply,
  hearUser,
  noteEnd,
  OFFER,
  openMicrophone,
  openMicrophoneOnce,
  PROMPT,
  replayEach,
  runToolByText,
  SESSION_UPDATE,
  SUCCESS,
  sendResult,
  setWords,
  showData,
  takeAnswerAtTop,
  takeAnswerInData,
  takeCall,
  takeCandidate,
  takeServers,
  toolsAtOnce,
  UPDATED,
  USER_WORDS,
  WORDS,
} from './client-habits.ts';
import { type ClientKind, listIn, objectIn, type Told, textIn } from './published-call.ts';

/** Clients of NavTalk's second protocol as its reference describes them: what they say, and what they cannot do without. */

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
    [`${CALLED}.done`]: takeCall,
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
      call.tools.push({ name: noteEnd(call, textIn(name ?? function_name, 'name')), given });
      sendResult(call, callId);
    },
    'realtime.response.audio.done': hangUpAfterReply,
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
  'realtime.response.audio.done': hangUpAfterReply,
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
    [`${CALLED}.done`]: takeCall,
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
    [`${CALLED}.done`]: takeCall,
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
