import type { IceServer as NativeIceServer } from 'node-datachannel';

/** As in `RTCIceServer`: `stun:host[:port]` or `turn:host[:port][?transport=udp]` addresses with credentials for TURN. */
export type IceServerOption = {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
};

const DEFAULT_PORT = 3478;

/** The servers that the transport can use: STUN and TURN over UDP. Others are for the client and left out here. */
export function usableIceServers(options: readonly IceServerOption[]): (string | NativeIceServer)[] {
  return options.flatMap((option) => option.urls.flatMap((url) => nativeServer(url, option)));
}

function nativeServer(url: string, option: IceServerOption): (string | NativeIceServer)[] {
  const match = /^(stun|turn):(\[[0-9a-f:]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(\w+))?$/i.exec(url);
  if (match === null) return [];
  const [, scheme = '', host = '', portText, transport = 'udp'] = match;
  const hostname = host.replace(/^\[|\]$/g, '');
  const port = portText === undefined ? DEFAULT_PORT : Number(portText);
  if (transport.toLowerCase() !== 'udp') return [];
  if (scheme.toLowerCase() === 'stun') return [{ hostname, port }];
  if (option.username === undefined || option.credential === undefined) return [];
  return [{ hostname, port, username: option.username, password: option.credential, relayType: 'TurnUdp' }];
}
