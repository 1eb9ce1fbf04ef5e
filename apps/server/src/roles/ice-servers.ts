import type { IceServer } from '@visavis/media/session-events';
import type { Config } from '../config.ts';
import { bracketed } from './bracketed.ts';

const DEFAULT_STUN_PORT = 3478;

/**
 * ICE servers for a client that reached this machine as `hostName`. The list is never empty: published clients refuse an
 * empty one.
 */
export function iceServersFor(config: Pick<Config, 'iceServers' | 'publicAddresses' | 'stunPort'>) {
  return (hostName: string): readonly IceServer[] => {
    if (config.iceServers !== undefined) return config.iceServers;
    const host = config.publicAddresses[0] ?? (hostName || '127.0.0.1');
    return [{ urls: [`stun:${bracketed(host)}:${config.stunPort || DEFAULT_STUN_PORT}`] }];
  };
}
