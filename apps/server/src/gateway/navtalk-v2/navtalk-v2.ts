import { REALTIME_V2_PATH, type ServerMessage } from '@visavis/protocol';
import { parseClientMessage } from '@visavis/protocol/schemas';
import type { WireProtocol } from '../wire/wire-protocol.ts';
import { readConnect } from './read-connect.ts';
import { readSound } from './read-sound.ts';
import { reduce } from './reduce.ts';
import { waitingBytes } from './reduce-client.ts';
import { placing, type V2State, type V2Timer } from './state.ts';

/** NavTalk's second protocol, with extensions of ours for clients that ask for them. */
export const NAVTALK_V2: WireProtocol<V2State, ServerMessage, V2Timer> = {
  paths: [REALTIME_V2_PATH],
  readConnect,
  decode: parseClientMessage,
  readSound,
  encode: JSON.stringify,
  initialState: placing,
  reduce,
  waitingBytes,
};
