import type { AnswerSource, TimedWord, UsageAmounts, UtteranceState } from '@visavis/protocol';
import type { ExpressionWish } from '../core/expression-cue.ts';
import type { Passage } from '../core/passages.ts';
import type { HistoryItem, ToolCallEvent, ToolDefinition, TurnDetectionSettings } from '../core/voice-port.ts';
import type { VoiceParts, VoiceSlot } from '../voice/voice-parts.ts';

/**
 * The vocabulary between a gateway and a call: the table of contents of the media plane. Wire protocols are mapped to
 * and from it; everything here survives a process boundary (structured clone).
 */

export type IceServer = { readonly urls: readonly string[]; readonly username?: string; readonly credential?: string };

export type SessionConfig = {
  readonly sessionId: string;
  readonly avatar: { readonly id: string; readonly name: string; readonly bundlePath: string };
  /** Which voice of the catalogue speaks. */
  readonly provider: string;
  /** Parts of it that the avatar's owner has chosen, with their keys; left out: those of the server. */
  readonly parts?: VoiceParts;
  readonly model: string;
  readonly voice: string;
  readonly language: string;
  readonly prompt: string;
  readonly firstMessage: string;
  readonly tools: readonly ToolDefinition[];
  readonly turnDetection: TurnDetectionSettings;
  /** Also hand the reply's sound to the gateway (`reply-audio`). */
  readonly audioBack: boolean;
  /** Record picture and both voices into this file; the extension is added. Left out: nothing is kept. */
  readonly recordingPathStem?: string;
  /** The film ends at this size, or when less than this is free on its disk. Left out: neither is watched. */
  readonly recordingLimits?: { readonly maxBytes: number; readonly minFreeBytes: number };
  /** When the call began, by the wall clock: the film's zero. Left out: when its sound begins. */
  readonly beganAtUnixMs?: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly iceServers: readonly IceServer[];
  /**
   * Who offers the WebRTC connection: this side, or the client, whose description is then waited for. `none`: there is none, nobody
   * sees a face, and the sound plays to `reply-audio` alone. Left out: this side.
   */
  readonly connection?: 'offer' | 'answer' | 'none';
  /** Results of tools are waited for as long as they take; otherwise the talk soon goes on without them. */
  readonly waitsForTools?: boolean;
  /** Somebody answers `look-up`. */
  readonly looksUp?: boolean;
};

/** What a client may change in mid-call. Empty strings do not override. */
export type SessionConfigPatch = Partial<
  Pick<SessionConfig, 'voice' | 'language' | 'prompt' | 'firstMessage' | 'tools' | 'turnDetection'>
> & {
  /** False: what the user says is answered when the client asks for it. */
  readonly answersTurns?: boolean;
  /** False: what is being said goes on when the user speaks. */
  readonly interruptsReplies?: boolean;
};

export type SessionDescription = { readonly type: 'offer' | 'answer'; readonly sdp: string };
export type IceCandidate = { readonly candidate: string; readonly sdpMid: string; readonly sdpMLineIndex: number };

/** Who answers the user: the voice, or a person whose words it speaks. */
export type Answerer = 'voice' | 'operator';

export type SessionCommand =
  /** Config and history have had their chance to arrive: the talk begins (greeting rules start to count). */
  | { readonly type: 'begin' }
  /** PCM16 little-endian, mono, 24 kHz, any length (an odd last byte is kept for the next one). */
  | { readonly type: 'user-audio'; readonly bytes: Uint8Array }
  /** Throw away what was heard but not yet used; in transparency mode also what the mouth has not yet said. */
  | { readonly type: 'user-audio-clear' }
  | { readonly type: 'user-audio-commit' }
  | { readonly type: 'user-text'; readonly text: string; readonly reply: boolean }
  | { readonly type: 'history'; readonly items: readonly HistoryItem[] }
  | { readonly type: 'image'; readonly dataUrl: string; readonly reply: boolean }
  | { readonly type: 'configure'; readonly patch: SessionConfigPatch }
  /** `always`: also where a reply plays and nothing is new; the reply that is asked for then follows it. */
  | { readonly type: 'respond'; readonly instructions?: string; readonly always?: true }
  /** Spoken word for word; `by`: a person's answer. */
  | ({ readonly type: 'say'; readonly text: string; readonly by?: 'operator' } & SayOptions)
  /** From now on a person answers, and what the voice was saying ends; or the voice does again, if it can. */
  | { readonly type: 'answer-by'; readonly by: Answerer }
  /** `force`: also what only this interrupts. */
  | { readonly type: 'interrupt'; readonly force?: true }
  /** The face shows this for a while; it replaces what the client asked for before. */
  | ({ readonly type: 'express' } & ExpressionWish)
  | { readonly type: 'tool-result'; readonly callId: string; readonly output: string; readonly reply: boolean }
  /** What is known of the words of a `look-up`. */
  | { readonly type: 'looked-up'; readonly lookUpId: string; readonly passages: readonly Passage[] }
  | { readonly type: 'remote-description'; readonly description: SessionDescription }
  | { readonly type: 'remote-candidate'; readonly candidate: IceCandidate }
  /** By the data channel of the connection; dropped where there is none. */
  | { readonly type: 'channel-message'; readonly text: string }
  | { readonly type: 'close'; readonly reason: string };

export type SayOptions = {
  /** What it is called from now on; left out: by the id of its reply. */
  readonly utteranceId?: string;
  /** False: neither the user nor other replies interrupt it, only an `interrupt` with `force`. */
  readonly isInterruptible?: false;
  /** In place of what is being said and what waits; otherwise behind it. */
  readonly replaces?: true;
};

export type SessionEvent =
  /** Voice and picture are ready; `hears` is false when speech cannot become text here. */
  | { readonly type: 'ready'; readonly hears: boolean; readonly sees: boolean }
  | { readonly type: 'local-description'; readonly description: SessionDescription }
  | { readonly type: 'local-candidate'; readonly candidate: IceCandidate }
  /** The client's data channel takes messages, or takes none any more. */
  | { readonly type: 'channel'; readonly state: 'open' | 'closed' }
  | { readonly type: 'channel-message'; readonly text: string }
  | { readonly type: 'media-state'; readonly state: 'connected' | 'disconnected' | 'failed' }
  | { readonly type: 'user-speech-started'; readonly itemId: string; readonly audioStartMs: number }
  | { readonly type: 'user-speech-stopped'; readonly itemId: string; readonly audioEndMs: number }
  | { readonly type: 'user-transcript-done'; readonly itemId: string; readonly text: string }
  /** `by`: a person's words. */
  | { readonly type: 'reply-started'; readonly turnId: string; readonly by?: 'operator' }
  /** What is known of these words is wanted at once (`looked-up`): an answer waits for it. */
  | { readonly type: 'look-up'; readonly lookUpId: string; readonly text: string }
  /** Where what the reply was made with stands. */
  | { readonly type: 'reply-sources'; readonly turnId: string; readonly sources: readonly AnswerSource[] }
  /** Who answers has changed. A talk begins with the voice; one whose voice cannot answer tells so right after `ready`. */
  | { readonly type: 'answered-by'; readonly by: Answerer; readonly canChange: boolean }
  /** `audioStartMs`: where in the reply's sound the text begins, `language`: what it is in (BCP 47); left out: the voice does not say. */
  | {
      readonly type: 'reply-text-delta';
      readonly turnId: string;
      readonly text: string;
      readonly audioStartMs?: number;
      readonly language?: string;
    }
  /** The reply's sound begins, waits while the user speaks over it, or goes on: at `playedMs` of it. */
  | { readonly type: 'reply-sound'; readonly turnId: string; readonly playedMs: number; readonly isPlaying: boolean }
  /** When the words of the reply sound: once all of its sound is made, in as many events as they need. */
  | { readonly type: 'reply-words'; readonly turnId: string; readonly words: readonly TimedWord[] }
  /** What becomes of a text that was to be said. The first one told is `queued` or `failed`, the last one ends it. */
  | Utterance
  /** The whole text of the reply as generated. Precedes `reply-done`. */
  | { readonly type: 'reply-text-done'; readonly turnId: string; readonly text: string }
  /** PCM16 little-endian, mono, 24 kHz. Only with `audioBack`. */
  | { readonly type: 'reply-audio'; readonly turnId: string; readonly bytes: Uint8Array }
  /** All text and sound of the reply have been told; it may play on for a while. Only with `audioBack`, or over a data channel. */
  | { readonly type: 'reply-generated'; readonly turnId: string }
  /** The reply has been played to its end, or was interrupted after `playedMs`; `heardText` is what the listener got. */
  | {
      readonly type: 'reply-done';
      readonly turnId: string;
      readonly interrupted: boolean;
      readonly playedMs: number;
      readonly heardText: string;
    }
  | ToolCallEvent
  /** No result came in time: the talk goes on without it. One that comes later still counts. */
  | { readonly type: 'tool-call-timed-out'; readonly callId: string }
  /** What a part of the voice has counted since it last said so; of a reply, before its `reply-generated` and `reply-done`. */
  | { readonly type: 'usage'; readonly part: VoiceSlot; readonly amounts: UsageAmounts }
  /** Waterfall of one exchange, in milliseconds from the end of the user's turn (null: did not happen). */
  | { readonly type: 'turn-latency'; readonly turnId: string; readonly latency: TurnLatency }
  | { readonly type: 'failed'; readonly code: SessionFailureCode; readonly message: string; readonly fatal: boolean }
  | { readonly type: 'closed'; readonly reason: string };

export type Utterance = {
  readonly type: 'utterance';
  readonly utteranceId: string;
  /** The reply that it is said as; null: it never became one. */
  readonly turnId: string | null;
  readonly state: UtteranceState;
  /** How much of it was heard so far, and its words once it is over. */
  readonly playedMs: number;
  readonly heardText: string;
  /** Why it failed; empty otherwise. */
  readonly message: string;
};

export type TurnLatency = {
  readonly transcriptMs: number | null;
  readonly firstTextMs: number | null;
  readonly firstAudioMs: number | null;
  /** First sample handed to WebRTC. */
  readonly firstSoundMs: number | null;
};

export type SessionFailureCode =
  | 'avatar-unreadable'
  | 'voice-unavailable'
  | 'voice-failed'
  | 'media-failed'
  /** Nobody hears the user at the moment; typed words are taken. */
  | 'hearing-failed'
  /** The film of the call ends here. */
  | 'recording-failed'
  /** The person who answers is not there. */
  | 'operator-away'
  | 'worker-lost'
  | 'internal';
