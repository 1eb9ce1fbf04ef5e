import { connectionLimitSentence, type ErrorCode, errorEntry } from '../errors.ts';
import type { TimedWord } from '../timed-words.ts';
import { treeFault } from '../trees.ts';
import type { WireIceCandidate, WireSessionDescription } from './client-wire.ts';
import { endEvent } from './end-events.ts';
import type * as Wire from './server-message.ts';

/** Builders of every server message: the one place where the doubled keys of the wire are written. */

export function buildSuccess(sessionId: string, iceServers: readonly Wire.WireIceServer[]): Wire.SuccessMessage {
  const message = 'connected';
  const servers = iceServers.map(cleanIceServer);
  return {
    type: 'conversation.connected.success',
    message,
    session_id: sessionId,
    ice_servers: servers,
    data: { sessionId, session_id: sessionId, message, iceServers: servers },
  };
}

/** `username` and `credential` appear only when both are set. */
function cleanIceServer(server: Wire.WireIceServer): Wire.WireIceServer {
  const { urls, username, credential } = server;
  return username && credential ? { urls: [...urls], username, credential } : { urls: [...urls] };
}

export function buildAmbiguousNameWarning(name: string, avatarId: string): Wire.WarningMessage {
  const message = `Several avatars are named "${name}"; the most recently updated one (${avatarId}) was taken. Use avatarId to choose another one.`;
  return { type: 'conversation.connected.warning', message, data: { message, avatarId } };
}

export function buildUnknownNameWarning(name: string, avatarId: string): Wire.WarningMessage {
  const message = `No avatar is named "${name}"; a built-in one (${avatarId}) stands in. The list of avatars in the console has the names.`;
  return { type: 'conversation.connected.warning', message, data: { message, avatarId } };
}

/** @param detail Replaces the table's sentence. */
export function buildEnd(code: ErrorCode, detail?: string): Wire.EndMessage {
  const { message: sentence, retryable } = errorEntry(code);
  const message = detail ?? sentence;
  return { type: endEvent(code).eventType, message, data: { message, code, retryable } };
}

export function buildConnectionLimit(limit: number): Wire.EndMessage {
  return buildEnd('connection-limit', connectionLimitSentence(limit));
}

type SessionKeys = {
  readonly talkKey?: string | null;
  readonly reconnectKey?: string | null;
  readonly ratingKey?: string | null;
};

/**
 * `talkKey`: opens the record of this talk where the licence key is everyone's; null: the licence key does. `reconnectKey`: lets a
 * later connection take the place of this one. `ratingKey`: lets whoever was in this talk rate it.
 */
export function buildSessionCreated(
  sessionId: string,
  { talkKey = null, reconnectKey = null, ratingKey = null }: SessionKeys = {},
): Wire.SessionCreatedMessage {
  const ids = { sessionId, session_id: sessionId };
  const talk = talkKey === null ? {} : { talkKey };
  const reconnect = reconnectKey === null ? {} : { reconnectKey };
  const rating = ratingKey === null ? {} : { ratingKey };
  return { type: 'realtime.session.created', data: { ...ids, ...talk, ...reconnect, ...rating } };
}

export function buildSessionUpdated(sessionId: string): Wire.SessionUpdatedMessage {
  return { type: 'realtime.session.updated', data: { sessionId, session_id: sessionId } };
}

export function buildSpeechStarted(itemId: string, audioStartMs: number): Wire.SpeechStartedMessage {
  return {
    type: 'realtime.input_audio_buffer.speech_started',
    data: { id: itemId, item_id: itemId, audio_start_ms: audioStartMs },
  };
}

export function buildSpeechStopped(itemId: string, audioEndMs: number): Wire.SpeechStoppedMessage {
  return {
    type: 'realtime.input_audio_buffer.speech_stopped',
    data: { id: itemId, item_id: itemId, audio_end_ms: audioEndMs },
  };
}

export function buildUserTranscript(itemId: string, text: string): Wire.UserTranscriptMessage {
  return {
    type: 'realtime.conversation.item.input_audio_transcription.completed',
    transcript: text,
    data: { id: itemId, item_id: itemId, content: text, transcript: text },
  };
}

function replyId(turnId: string): { id: string; response_id: string; responseId: string } {
  return { id: turnId, response_id: turnId, responseId: turnId };
}

/** `audioStartMs` is for clients that asked for extensions; left out for all others. */
export function buildTranscriptDelta(
  turnId: string,
  text: string,
  audioStartMs?: number | null,
): Wire.TranscriptDeltaMessage {
  const place = audioStartMs === undefined ? {} : { audioStartMs };
  return {
    type: 'realtime.response.audio_transcript.delta',
    data: { content: text, delta: text, ...replyId(turnId), ...place },
  };
}

export function buildTranscriptDone(turnId: string, text: string): Wire.TranscriptDoneMessage {
  return {
    type: 'realtime.response.audio_transcript.done',
    data: { content: text, transcript: text, ...replyId(turnId) },
  };
}

export function buildAudioDelta(turnId: string, audioBase64: string): Wire.AudioDeltaMessage {
  return { type: 'realtime.response.audio.delta', data: { delta: audioBase64, ...replyId(turnId) } };
}

export function buildAudioDone(
  turnId: string,
  outcome: { interrupted: boolean; playedMs: number; heardText: string },
): Wire.AudioDoneMessage {
  const { interrupted, playedMs, heardText } = outcome;
  return { type: 'realtime.response.audio.done', data: { ...replyId(turnId), interrupted, playedMs, heardText } };
}

export function buildToolCallDelta(call: {
  turnId: string;
  callId: string;
  name: string;
  delta: string;
}): Wire.ToolCallDeltaMessage {
  return {
    type: 'realtime.response.function_call_arguments.delta',
    data: {
      call_id: call.callId,
      name: call.name,
      function_name: call.name,
      response_id: call.turnId,
      delta: call.delta,
    },
  };
}

/** `argumentsStyle`: most clients read an object in `data.arguments`, some only a string. */
export function buildToolCallDone(
  call: { turnId: string; callId: string; name: string; argumentsJson: string; outputIndex: number },
  argumentsStyle: 'object' | 'string' = 'object',
): Wire.ToolCallDoneMessage {
  const names = { call_id: call.callId, name: call.name, response_id: call.turnId };
  return {
    type: 'realtime.response.function_call_arguments.done',
    data: {
      ...names,
      function_name: call.name,
      arguments: argumentsStyle === 'string' ? call.argumentsJson : parseArguments(call.argumentsJson),
    },
    raw_data: {
      type: 'response.function_call_arguments.done',
      event_id: `event_${call.callId}`,
      item_id: `item_${call.callId}`,
      output_index: call.outputIndex,
      ...names,
      arguments: call.argumentsJson,
    },
  };
}

/**
 * Models now and then emit arguments that are no JSON object, or a tree without end; clients then get `{}` and can read the
 * text in raw_data.
 */
function parseArguments(argumentsJson: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(argumentsJson);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && treeFault(value) === null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Bare line feeds break published clients (RFC 8866 §5 wants CRLF). */
function withCrlf(sdp: string): string {
  const lines = sdp.replace(/\r\n?|\n/g, '\r\n');
  return lines.endsWith('\r\n') ? lines : `${lines}\r\n`;
}

/** Browsers read an answer at `data.sdp`, phones at top level. */
export function buildDescription(
  description: WireSessionDescription,
): Wire.ServerOfferMessage | Wire.ServerAnswerMessage {
  const sdp = { type: description.type, sdp: withCrlf(description.sdp) };
  if (description.type === 'offer') return { type: 'webrtc.signaling.offer', data: { sdp } };
  return { type: 'webrtc.signaling.answer', sdp, data: { sdp } };
}

export function buildCandidate(candidate: WireIceCandidate): Wire.ServerCandidateMessage {
  const { candidate: line, sdpMid, sdpMLineIndex } = candidate;
  return {
    type: 'webrtc.signaling.iceCandidate',
    data: { candidate: { candidate: line, sdpMid, sdpMLineIndex } },
  };
}

export function buildSessionInfo(data: Wire.SessionInfoMessage['data']): Wire.SessionInfoMessage {
  return { type: 'visavis.session.info', data };
}

export function buildTurnLatency(data: Wire.TurnLatencyMessage['data']): Wire.TurnLatencyMessage {
  return { type: 'visavis.turn.latency', data };
}

export function buildMediaState(state: Wire.MediaStateMessage['data']['state']): Wire.MediaStateMessage {
  return { type: 'visavis.media.state', data: { state } };
}

export function buildReplyStarted(turnId: string): Wire.ReplyStartedMessage {
  return { type: 'visavis.reply.started', data: replyId(turnId) };
}

export function buildReplySound(turnId: string, playedMs: number, isPlaying: boolean): Wire.ReplySoundMessage {
  return { type: 'visavis.reply.sound', data: { ...replyId(turnId), playedMs: Math.round(playedMs), isPlaying } };
}

export function buildReplyWords(turnId: string, words: readonly TimedWord[]): Wire.ReplyWordsMessage {
  return { type: 'visavis.reply.words', data: { ...replyId(turnId), words } };
}

type SayState = Pick<Wire.SayStateMessage['data'], 'utteranceId' | 'state' | 'playedMs' | 'heardText' | 'message'>;

/** `turnId` is null for a text that never became a reply. */
export function buildSayState(turnId: string | null, { playedMs, ...said }: SayState): Wire.SayStateMessage {
  const data = { ...replyId(turnId ?? ''), ...said, playedMs: Math.round(playedMs) };
  return { type: 'visavis.say.state', data };
}

export function buildReplySources(
  turnId: string,
  sources: Wire.ReplySourcesMessage['data']['sources'],
): Wire.ReplySourcesMessage {
  return { type: 'visavis.reply.sources', data: { ...replyId(turnId), sources } };
}

export function buildProblem(code: string, message: string, detail = ''): Wire.ProblemMessage {
  return { type: 'visavis.problem', message, data: { code, message, detail } };
}

/** `intervalMs`: when the next one is due. */
export function buildHeartbeat(intervalMs: number): Wire.HeartbeatMessage {
  return { type: 'visavis.heartbeat', data: { intervalMs } };
}
