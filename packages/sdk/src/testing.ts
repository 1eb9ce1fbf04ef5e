import {
  buildDescription,
  buildSessionCreated,
  buildSessionUpdated,
  buildSuccess,
  type ServerMessage,
} from '@visavis/protocol';
import type { CallEnvironment, CallOptions } from './call-options.ts';
import type { MicrophoneListener, MicrophoneOptions, OpenMicrophone } from './microphone.ts';
import { VisavisCall } from './visavis-call.ts';

/** A socket whose far end is the test. */
export class ScriptedSocket extends EventTarget {
  readonly url: string;
  readonly sent: { readonly type: string; readonly [key: string]: unknown }[] = [];
  readyState = 0;
  bufferedAmount = 0;
  closedWith: number | null = null;

  constructor(url: string) {
    super();
    this.url = url;
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  receive(message: ServerMessage): void {
    this.receiveText(JSON.stringify(message));
  }

  receiveText(data: string): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  drop(code: number, reason = ''): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason }));
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { type: string });
  }

  close(code: number): void {
    this.readyState = 3;
    this.closedWith = code;
  }

  typesSent(): string[] {
    return this.sent.map(({ type }) => type);
  }
}

/** A peer connection that does what it is told and answers every offer. */
export class ScriptedPeer extends EventTarget {
  readonly configuration: RTCConfiguration;
  readonly candidates: RTCIceCandidateInit[] = [];
  /** The section of the picture, and what is sent by it. */
  readonly picture = {
    direction: 'recvonly',
    receiver: { track: { kind: 'video' } },
    sender: {
      track: null as unknown,
      async replaceTrack(track: unknown) {
        this.track = track;
      },
    },
  };
  remoteDescription: RTCSessionDescriptionInit | null = null;
  connectionState: RTCPeerConnectionState = 'new';
  closed = false;

  constructor(configuration: RTCConfiguration) {
    super();
    this.configuration = configuration;
  }

  async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    if (description.sdp === 'broken') throw new Error('unusable offer');
    this.remoteDescription = description;
  }

  async createAnswer(): Promise<RTCSessionDescriptionInit> {
    return { type: 'answer', sdp: `answer to ${this.remoteDescription?.sdp}` };
  }

  async setLocalDescription(): Promise<void> {}

  getTransceivers(): readonly unknown[] {
    return [this.picture];
  }

  async addIceCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    this.candidates.push(candidate);
  }

  async getStats(): Promise<Map<string, Record<string, unknown>>> {
    return new Map();
  }

  close(): void {
    this.closed = true;
  }

  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.dispatchEvent(new Event('connectionstatechange'));
  }

  findCandidate(candidate: string): void {
    const found = { candidate, sdpMid: '0', sdpMLineIndex: 0 };
    this.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate: found }));
  }

  receiveStream(stream: MediaStream): void {
    this.dispatchEvent(Object.assign(new Event('track'), { streams: [stream], track: null }));
  }
}

/** Surroundings of a call in which the test plays server, peer, microphone and ear. */
export class ScriptedWorld {
  readonly sockets: ScriptedSocket[] = [];
  readonly peers: ScriptedPeer[] = [];
  readonly microphones: {
    readonly listener: MicrophoneListener;
    readonly options: MicrophoneOptions;
    closed: boolean;
  }[] = [];
  readonly waits: ((waitedMs: number) => void)[] = [];
  /** Listeners who want to know when the page is online or shown again. */
  readonly pageReturns = new Set<() => void>();
  /** Replaces the microphone's opening. */
  openMicrophone: OpenMicrophone = async (listener, options) => {
    const microphone = { listener, options, closed: false };
    this.microphones.push(microphone);
    return {
      device: { deviceId: options.deviceId ?? '', label: `microphone ${options.deviceId ?? 'of the browser'}` },
      close() {
        microphone.closed = true;
      },
    };
  };

  returnToPage(): void {
    for (const listener of this.pageReturns) listener();
  }

  get environment(): CallEnvironment {
    return {
      createSocket: (url) => {
        const socket = new ScriptedSocket(url);
        this.sockets.push(socket);
        return socket as unknown as WebSocket;
      },
      createPeer: (configuration) => {
        const peer = new ScriptedPeer(configuration);
        this.peers.push(peer);
        return peer as unknown as RTCPeerConnection;
      },
      createSoundMeter: () => ({
        listen: () => undefined,
        untilSound: (onSound) => this.waits.push(onSound),
        level: () => 0.25,
        cancel: () => undefined,
        close: () => undefined,
      }),
      onPageReturn: (listener) => {
        this.pageReturns.add(listener);
        return () => this.pageReturns.delete(listener);
      },
      openMicrophone: (listener, options) => this.openMicrophone(listener, options),
    };
  }

  get socket(): ScriptedSocket {
    return last(this.sockets);
  }

  get peer(): ScriptedPeer {
    return last(this.peers);
  }
}

function last<Item>(items: readonly Item[]): Item {
  const item = items.at(-1);
  if (item === undefined) throw new Error('Nothing was created yet.');
  return item;
}

/** Lets promises that are ready run. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await Promise.resolve();
}

export const iceServers = [{ urls: ['stun:example.test:3478'] }];
export const offer = buildDescription({ type: 'offer', sdp: 'v=0' });

export function makeCall(options: Partial<CallOptions> = {}): { call: VisavisCall; world: ScriptedWorld } {
  const world = new ScriptedWorld();
  const call = new VisavisCall(
    { host: 'wss://example.test', license: 'key 1', avatarId: 'a1', ...options },
    world.environment,
  );
  return { call, world };
}

export async function connected(
  options: Partial<CallOptions> = {},
): Promise<{ call: VisavisCall; world: ScriptedWorld }> {
  const { call, world } = makeCall(options);
  call.connect();
  await bringUp(world);
  return { call, world };
}

export async function bringUp(world: ScriptedWorld): Promise<void> {
  world.socket.open();
  world.socket.receive(buildSuccess('s1', iceServers));
  world.socket.receive(buildSessionCreated('s1'));
  world.socket.receive(buildSessionUpdated('s1'));
  world.socket.receive(offer);
  await settle();
  world.peer.become('connected');
}
