import type { WireProtocol } from '../wire/wire-protocol.ts';
import type { OpenAiMessage } from './client-message.ts';
import { parseMessage } from './parse-message.ts';
import { readConnect } from './read-connect.ts';
import { readSound } from './read-sound.ts';
import { reduce } from './reduce.ts';
import { side } from './side.ts';
import type { Message, OpenAiRequest, OpenAiState, OpenAiTimer } from './state.ts';
import { waitingBytes } from './state.ts';

export const OPENAI_REALTIME_PATH = '/v1/realtime';

/** OpenAI's Realtime API: each avatar is a model. */
export const OPENAI_REALTIME: WireProtocol<OpenAiState, Message, OpenAiTimer, OpenAiMessage, OpenAiRequest> = {
  paths: [OPENAI_REALTIME_PATH],
  readConnect,
  decode: parseMessage,
  readSound,
  encode: JSON.stringify,
  side,
  initialState: (request) => ({ phase: 'placing', request }),
  reduce,
  waitingBytes,
};
