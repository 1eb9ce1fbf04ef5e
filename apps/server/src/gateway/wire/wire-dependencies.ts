import type { CallDependencies } from '../calls/call-dependencies.ts';

export type WireDependencies = CallDependencies & {
  /** Time between pings; a client that has been silent for one whole interval is given up. */
  readonly heartbeatIntervalMs?: number;
  /** Time between the heartbeats that clients are told of. */
  readonly clientHeartbeatMs?: number;
};
