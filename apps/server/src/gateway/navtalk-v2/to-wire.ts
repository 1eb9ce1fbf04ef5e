import { Buffer } from 'node:buffer';
import type { SessionEvent } from '@visavis/media/session-events';
import {
  buildAudioDelta,
  buildCandidate,
  buildDescription,
  buildMediaState,
  buildReplySound,
  buildReplySources,
  buildReplyStarted,
  buildReplyWords,
  buildSayState,
  buildSessionInfo,
  buildSpeechStarted,
  buildSpeechStopped,
  buildTranscriptDelta,
  buildTurnLatency,
  buildUserTranscript,
  PROTOCOL_VERSION,
  type ServerMessage,
} from '@visavis/protocol';
import type { CallSettings } from '../calls/call-settings.ts';

/** Session events whose message depends on nothing that came before. */
export type DirectEvent = Exclude<
  SessionEvent,
  {
    type:
      | 'reply-text-done'
      | 'reply-done'
      | 'tool-call-delta'
      | 'tool-call-done'
      | 'tool-call-timed-out'
      | 'failed'
      | 'closed';
  }
>;

/** The client's messages for a session event; extensions only for those who asked for them. */
export function toMessages(event: DirectEvent, settings: CallSettings): ServerMessage[] {
  const extension = (message: ServerMessage): ServerMessage[] => (settings.extensions ? [message] : []);
  switch (event.type) {
    case 'ready':
      return extension(sessionInfo(settings, event));
    case 'local-description':
      return [buildDescription(event.description)];
    case 'local-candidate':
      return [buildCandidate(event.candidate)];
    case 'media-state':
      return extension(buildMediaState(event.state));
    case 'user-speech-started':
      return [buildSpeechStarted(event.itemId, event.audioStartMs)];
    case 'user-speech-stopped':
      return [buildSpeechStopped(event.itemId, event.audioEndMs)];
    case 'user-transcript-done':
      return [buildUserTranscript(event.itemId, event.text)];
    case 'answered-by':
    case 'look-up':
    case 'reply-generated':
    case 'channel':
    case 'channel-message':
    case 'usage':
      return [];
    case 'reply-started':
      return extension(buildReplyStarted(event.turnId));
    case 'reply-text-delta':
      return [
        buildTranscriptDelta(event.turnId, event.text, settings.extensions ? (event.audioStartMs ?? null) : undefined),
      ];
    case 'reply-sources':
      return extension(buildReplySources(event.turnId, event.sources));
    case 'reply-sound':
      return extension(buildReplySound(event.turnId, event.playedMs, event.isPlaying));
    case 'reply-words':
      return extension(buildReplyWords(event.turnId, event.words));
    case 'utterance': {
      const { type: _, turnId, ...said } = event;
      return extension(buildSayState(turnId, said));
    }
    case 'reply-audio':
      return settings.config.audioBack ? [buildAudioDelta(event.turnId, toBase64(event.bytes))] : [];
    case 'turn-latency':
      return extension(buildTurnLatency({ turnId: event.turnId, ...event.latency }));
  }
}

function sessionInfo(settings: CallSettings, event: { hears: boolean; sees: boolean }): ServerMessage {
  const { provider, model, voice, language, avatar } = settings.config;
  return buildSessionInfo({
    sessionId: settings.sessionId,
    protocolVersion: PROTOCOL_VERSION,
    provider,
    model,
    voice,
    language,
    hears: event.hears,
    sees: event.sees,
    avatar: { avatarId: avatar.id, name: avatar.name },
  });
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
