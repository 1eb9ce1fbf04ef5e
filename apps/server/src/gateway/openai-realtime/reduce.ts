import { toEnd } from './ends.ts';
import { reduceClient } from './reduce-client.ts';
import { answerCommit, commitItem, reduceSession } from './reduce-session.ts';
import { readSessionPatch } from './session-patch.ts';
import { patchView, toConfigPatch, toSession } from './session-view.ts';
import {
  andThen,
  errorMessage,
  type Message,
  newItemId,
  type Open,
  type OpenAiEffect,
  type OpenAiInput,
  type OpenAiRequest,
  type OpenAiState,
  type OpenAiStep,
  opened,
  send,
  step,
} from './state.ts';
import { toBeta } from './to-beta.ts';

/** As long as OpenAI's own sessions may last, for clients that expect to be told; ours end when the avatar's time is over, if it has one. */
const SESSION_SECONDS = 3600;

/** A call of one of OpenAI's clients as a pure function. Every event that leaves has an id of its own, and the form that its client reads. */
export function reduce(state: OpenAiState, input: OpenAiInput): OpenAiStep {
  if (state.phase === 'ended') return step(state);
  const next = reduceAny(state, input);
  const form = state.phase === 'placing' ? state.request.form : state.form;
  let count = state.phase === 'placing' ? 1 : state.nextEvent;
  const stem = next.state.phase === 'open' ? next.state.settings.sessionId.slice(0, 16) : 'end';
  const effects = next.effects.flatMap((effect): OpenAiEffect[] => {
    if (effect.type !== 'send') return [effect];
    const message: Message | null = form === 'beta' ? toBeta(effect.message) : effect.message;
    if (message === null) return [];
    const { type, ...rest } = message;
    const stamped = { ...effect, message: { type, event_id: `event_${stem}_${count}`, ...rest } };
    count += 1;
    return [stamped];
  });
  return { state: next.state.phase === 'open' ? { ...next.state, nextEvent: count } : next.state, effects };
}

function reduceAny(state: Exclude<OpenAiState, { phase: 'ended' }>, input: OpenAiInput): OpenAiStep {
  if (input.type === 'ending') return finish(input.end);
  if (state.phase === 'placing') {
    if (input.type !== 'placed') return step(state);
    const { settings } = input;
    const beganAtSeconds = Math.floor((settings.config.beganAtUnixMs ?? 0) / 1000);
    return announce(opened(state.request, settings, beganAtSeconds + SESSION_SECONDS), state.request);
  }
  return reduceOpen(state, input);
}

/** The avatar speaks first only when it is asked to: these clients do not expect it. */
function announce(state: Open, { session }: OpenAiRequest): OpenAiStep {
  const conversation = { id: `conv_${state.view.id}`, object: 'realtime.conversation' };
  const patch = { ...readSessionPatch(state.settings.clientSession ?? {}), ...readSessionPatch(session) };
  const view = patchView(state.view, patch);
  const changes = toConfigPatch(state.view, view, patch);
  const begun: Open = { ...state, view };
  const effects: OpenAiEffect[] =
    changes === null ? [] : [{ type: 'command', command: { type: 'configure', patch: changes } }];
  return step(
    begun,
    ...effects,
    send({ type: 'session.created', session: toSession(view, state.expiresAtSeconds) }),
    send({ type: 'conversation.created', conversation }),
  );
}

function reduceOpen(state: Open, input: Exclude<OpenAiInput, { type: 'ending' }>): OpenAiStep {
  switch (input.type) {
    case 'client':
      return reduceClient(state, input.message);
    case 'session':
      return reduceSession(state, input.event);
    case 'timer':
      return commitNothing(state);
    case 'ignored':
      return step(
        state,
        errorMessage(
          { code: input.reason.replaceAll('-', '_'), text: `A message was ignored: ${input.detail}.` },
          null,
        ),
      );
    case 'placed':
    case 'heartbeat':
      return step(state);
  }
}

/** No voice was found in what the client says is a turn: it is one, without words. */
function commitNothing(state: Open): OpenAiStep<Open> {
  if (state.commit === null || state.userItemId !== null || state.awaitedWords.length > 0) return step(state);
  const { id, state: named } = newItemId(state);
  return andThen(commitItem(named, id), answerCommit);
}

/** `end` is null when nobody is there to be told. */
function finish(end: Extract<OpenAiInput, { type: 'ending' }>['end']): OpenAiStep {
  if (end === null) return step({ phase: 'ended' });
  const { error, closeCode, closeReason } = toEnd(end);
  return step({ phase: 'ended' }, send({ type: 'error', error }), { type: 'close', closeCode, closeReason });
}
