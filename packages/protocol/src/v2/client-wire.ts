import type { Eagerness, ExpressionName } from '../names.ts';

/**
 * What clients may put on the v2 socket, as documented. The parser accepts more than these shapes: every name with or
 * without `realtime.`, every payload in `data` or at top level.
 */

export type WireTool = {
  readonly type: 'function';
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments; `properties` may be an empty array. */
  readonly parameters?: Readonly<Record<string, unknown>>;
};

export type WireConfig = {
  readonly voice?: string;
  readonly prompt?: string;
  readonly instructions?: string;
  readonly language?: string;
  readonly firstMessage?: string;
  readonly tools?: readonly WireTool[];
};

/** `content` is the JSON text of a `WireConfig`. */
export type InputConfigWire = { readonly type: 'realtime.input_config'; readonly data: { readonly content: string } };

/** `content` is the JSON text of an array of `WireTool`. */
export type InputFunctionCallWire = {
  readonly type: 'realtime.input_function_call';
  readonly data: { readonly content: string };
};

export type SessionUpdateWire = {
  readonly type: 'session.update';
  readonly session: {
    readonly instructions?: string;
    readonly voice?: string;
    readonly tools?: readonly WireTool[];
    readonly turn_detection?: {
      readonly type: 'server_vad' | 'semantic_vad';
      /** Of `semantic_vad`. */
      readonly eagerness?: Eagerness;
      readonly threshold?: number;
      readonly prefix_padding_ms?: number;
      readonly silence_duration_ms?: number;
    } | null;
    readonly [key: string]: unknown;
  };
};

export type AudioAppendWire = {
  readonly type: 'realtime.input_audio_buffer.append';
  /** PCM16 little-endian, mono, 24 kHz. */
  readonly data: { readonly audio: string; readonly sequenceNumber?: number };
};
export type AudioClearWire = { readonly type: 'realtime.input_audio_buffer.clear'; readonly data?: object };
export type AudioCommitWire = { readonly type: 'realtime.input_audio_buffer.commit'; readonly data?: object };

export type ItemCreateWire = {
  readonly type: 'conversation.item.create';
  readonly item:
    | {
        readonly type: 'message';
        readonly role: 'user' | 'assistant' | 'system';
        readonly content: string | readonly { readonly type: string; readonly text: string }[];
      }
    | { readonly type: 'function_call_output'; readonly call_id: string; readonly output: string };
};

export type FunctionCallOutputWire = {
  readonly type: 'realtime.function_call_output';
  /** `reply` 1: speak now. */
  readonly data: { readonly call_id: string; readonly output: string; readonly reply?: 0 | 1 };
};

export type ResponseCreateWire = {
  readonly type: 'response.create';
  readonly response?: { readonly instructions?: string };
};
export type ResponseCancelWire = { readonly type: 'response.cancel' };

export type InputTextWire = { readonly type: 'realtime.input_text'; readonly data: { readonly content: string } };

export type InputImageWire = {
  readonly type: 'realtime.input_image';
  /** `content` is a JPEG, PNG or WebP data URL; `reply` 1: answer now. */
  readonly data: { readonly content: string; readonly reply?: 0 | 1 };
};

export type WireSessionDescription = { readonly type: 'offer' | 'answer'; readonly sdp: string };
export type WireIceCandidate = {
  readonly candidate: string;
  readonly sdpMid: string;
  readonly sdpMLineIndex: number;
};

export type ClientOfferWire = {
  readonly type: 'webrtc.signaling.offer';
  readonly data: { readonly sdp: WireSessionDescription };
};
export type ClientAnswerWire = {
  readonly type: 'webrtc.signaling.answer';
  readonly data: { readonly sdp: WireSessionDescription };
};
export type ClientCandidateWire = {
  readonly type: 'webrtc.signaling.iceCandidate';
  readonly data: { readonly candidate: WireIceCandidate };
};

/**
 * Visavis: speak exactly this text. `utteranceId` is what `visavis.say.state` calls it, the id of its reply when left out;
 * `interruptible` false: the user does not interrupt it by speaking; `mode` `replace`: in place of what is being said, else behind it.
 */
export type SayWire = {
  readonly type: 'visavis.say';
  readonly data: {
    readonly text: string;
    readonly utteranceId?: string;
    readonly interruptible?: boolean;
    readonly mode?: 'queue' | 'replace';
  };
};

/** Visavis: the avatar falls silent. `force`: also in a text that is not interruptible. */
export type InterruptWire = { readonly type: 'visavis.interrupt'; readonly data?: { readonly force?: boolean } };

/** Visavis: the face shows this for a while. `intensity` 0 to 1, full when left out; `durationMs` up to a minute, 3 s when left out. */
export type ExpressionWire = {
  readonly type: 'visavis.expression';
  readonly data: { readonly expression: ExpressionName; readonly intensity?: number; readonly durationMs?: number };
};

export type ClientWireMessage =
  | InputConfigWire
  | InputFunctionCallWire
  | SessionUpdateWire
  | AudioAppendWire
  | AudioClearWire
  | AudioCommitWire
  | ItemCreateWire
  | FunctionCallOutputWire
  | ResponseCreateWire
  | ResponseCancelWire
  | InputTextWire
  | InputImageWire
  | ClientOfferWire
  | ClientAnswerWire
  | ClientCandidateWire
  | SayWire
  | InterruptWire
  | ExpressionWire;
