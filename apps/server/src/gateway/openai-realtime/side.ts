import type { WireProtocol } from '../wire/wire-protocol.ts';
import type { OpenAiMessage } from './client-message.ts';
import { toSession } from './session-view.ts';
import type { Message, OpenAiRequest, OpenAiState, OpenAiTimer } from './state.ts';
import { toBeta } from './to-beta.ts';

const NO_SOUND = 'Sound goes over the connection of the call itself. Other controllers send everything else.';

/** Other controllers of a call over WebRTC, servers mostly: they change its session, answer its tools, ask for responses. */
export const side: NonNullable<WireProtocol<OpenAiState, Message, OpenAiTimer, OpenAiMessage, OpenAiRequest>['side']> =
  {
    greet(state) {
      if (state.phase !== 'open') return [];
      const session = toSession(state.view, state.expiresAtSeconds);
      const created = { type: 'session.created', event_id: `event_${state.view.id}_side`, session };
      const told = state.form === 'beta' ? toBeta(created) : created;
      return told === null ? [] : [told];
    },
    refuse(message) {
      if (!['audio-append', 'audio-commit', 'audio-clear'].includes(message.type)) return null;
      const error = { type: 'invalid_request_error', code: 'unsupported', message: NO_SOUND, param: 'type' };
      return { type: 'error', event_id: 'event_side_2', error: { ...error, event_id: message.eventId } };
    },
  };
