import type { CreatePeer } from './media-link.ts';
import type { MicrophoneOptions, OpenMicrophone } from './microphone.ts';
import { openBrowserMicrophone } from './microphone.ts';
import { onPageReturn } from './page-return.ts';
import type { CreateSocket } from './socket-link.ts';
import { type CreateSoundMeter, createBrowserSoundMeter } from './sound-meter.ts';
import type { CallConfig, HistoryTurn } from './to-wire.ts';
import { socketPath } from './wire.ts';

export type ToolCall = {
  readonly callId: string;
  readonly name: string;
  /** The arguments as the model wrote them, parsed; null when they are no JSON. */
  readonly arguments: unknown;
};

/** Text goes back as it is, anything else as JSON. A thrown error goes back as `{"error": …}`. */
export type ToolHandler = (call: ToolCall) => unknown;

export type TokenSource = () => string | Promise<string>;

export type CallOptions = {
  /** Host with an optional scheme and port; the page's own host when left out. */
  readonly host?: string;
  /** Full address of the socket without query; wins over `host`. */
  readonly url?: string;
  /** A licence key or a browser token. Left out: the call begins by asking `getToken`. */
  readonly license?: string;
  /**
   * Asks your server for a fresh browser token. Called when there is none yet, and when the one at hand is refused, because it has
   * expired: at the start of the call or at a reconnect.
   */
  readonly getToken?: TokenSource;
  /** Wins over `name`. */
  readonly avatarId?: string;
  readonly name?: string;
  /** Pixels of the box in which the picture is shown, as the screen has them; the server gives as much as its operator allows. */
  readonly pictureSizePx?: number;
  readonly config?: CallConfig;
  /** Turns of an earlier talk; never answered. */
  readonly history?: readonly HistoryTurn[];
  /** `auto` (default): ask for the microphone when the call starts. `manual`: only by `startMicrophone()`. */
  readonly microphone?: 'auto' | 'manual';
  readonly microphoneOptions?: MicrophoneOptions;
  readonly onToolCall?: ToolHandler;
  /** How often a lost connection is built again, with the talk so far as history. Left out: for a minute, as often as it takes. */
  readonly reconnectAttempts?: number;
};

/** What a call needs of its surroundings; tests replace it. */
export type CallEnvironment = {
  readonly createSocket: CreateSocket;
  /** Null where the browser has no WebRTC. */
  readonly createPeer: CreatePeer | null;
  readonly createSoundMeter: CreateSoundMeter;
  readonly openMicrophone: OpenMicrophone;
  /** See `onPageReturn`. */
  readonly onPageReturn: (listener: () => void) => () => void;
};

export function browserEnvironment(): CallEnvironment {
  return {
    createSocket: (url) => new WebSocket(url),
    createPeer:
      typeof RTCPeerConnection === 'undefined' ? null : (configuration) => new RTCPeerConnection(configuration),
    createSoundMeter: createBrowserSoundMeter,
    openMicrophone: openBrowserMicrophone,
    onPageReturn,
  };
}

/** The session whose connection was lost, and what shows the server that it was ours. */
export type LostSession = { readonly sessionId: string; readonly reconnectKey: string };

/** `visavis=1` asks for the events beyond NavTalk's (session information, latency of a turn). */
export function socketUrl(options: CallOptions, license: string, lost: LostSession | null = null): string {
  const url = new URL(options.url ?? `${serverOrigin(options.host)}${socketPath}`);
  url.protocol = url.protocol.replace('http', 'ws');
  url.searchParams.set('license', license);
  if (options.avatarId) url.searchParams.set('avatarId', options.avatarId);
  else if (options.name) url.searchParams.set('name', options.name);
  url.searchParams.set('visavis', '1');
  if (options.pictureSizePx !== undefined)
    url.searchParams.set('pictureSize', String(Math.round(options.pictureSizePx)));
  if (lost !== null) {
    url.searchParams.set('replaces', lost.sessionId);
    url.searchParams.set('reconnectKey', lost.reconnectKey);
  }
  return url.href;
}

/** Scheme, host and port of a server, by `ws` or `wss` when the host names no scheme; the page's own when it is left out. */
export function serverOrigin(host: string | undefined): string {
  if (host === undefined || host === '') return globalThis.location.origin;
  if (host.includes('://')) return host.replace(/(?<!\/)\/+$/, '');
  const secure = globalThis.location?.protocol !== 'http:';
  return `${secure ? 'wss' : 'ws'}://${host}`;
}
