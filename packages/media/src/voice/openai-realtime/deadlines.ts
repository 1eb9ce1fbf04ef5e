import type { Wait as WireWait } from '../shared/open-waits.ts';
import { failedEvent, makePassingFailure } from '../shared/voice-failures.ts';
import { loseTranscript } from './from-wire.ts';
import { giveUpReply } from './service-errors.ts';
import { andThen, askNext, askOwn, type Reply, type Step, step, type TalkState } from './talk-state.ts';
import { cancelResponse } from './to-wire.ts';
import type { ClientMessage } from './wire-messages.ts';

type Wait = WireWait<TalkState, ClientMessage>;

/** From the request for a reply until the service begins it. */
const BEGIN_LIMIT_MS = 10_000;
/** The same, after the service has refused something that may have been this request. */
const SUSPECT_LIMIT_MS = 2000;
/** Between two messages of one reply. */
const PROGRESS_LIMIT_MS = 20_000;
/** From the cancelling of a reply until the service has ended it. */
const CANCEL_LIMIT_MS = 5000;
/** Before a reply is asked for again, where the service was busy with one that we do not know. */
const BUSY_WAIT_MS = 1000;
/** From an item, settings or a commit until the service confirms them. */
const CONFIRMATION_LIMIT_MS = 10_000;
const WORDS_LIMIT_MS = 20_000;
/** From the user's words until the answer that the service gives of its own accord begins; then we ask for it. */
const ANSWER_LIMIT_MS = 6000;

/** All that is being waited for. Nothing asked of the service goes without an outcome that is told. */
export function waitsOf(state: TalkState): Wait[] {
  return [...replyWaits(state), ...inputWaits(state), ...speechWaits(state)];
}

function replyWaits(state: TalkState): Wait[] {
  const open = state.replies.filter(({ phase }) => phase === 'asked' || phase === 'generating');
  if (open.length > 0) return open.map(openReplyWait);
  const next = state.replies.find(({ phase, asks }) => phase === 'waiting' && asks > 0);
  if (next === undefined) return [];
  return [{ key: `busy ${next.turnId} ${next.asks}`, limitMs: BUSY_WAIT_MS, expire: askNext }];
}

function openReplyWait(reply: Reply): Wait {
  const { turnId, responseId } = reply;
  const expire = (state: TalkState): Step => giveUpUnheard(state, reply);
  if (reply.phase === 'asked') {
    const limitMs = reply.isSuspect ? SUSPECT_LIMIT_MS : BEGIN_LIMIT_MS;
    return { key: `begin ${turnId} ${reply.asks} ${reply.isSuspect}`, limitMs, expire };
  }
  if (reply.isCancelled) return { key: `cancel ${responseId}`, limitMs: CANCEL_LIMIT_MS, expire };
  return { key: `progress ${turnId} ${reply.progress}`, limitMs: PROGRESS_LIMIT_MS, expire };
}

function giveUpUnheard(state: TalkState, { turnId }: Reply): Step {
  const reply = state.replies.find((candidate) => candidate.turnId === turnId);
  if (reply === undefined) return step(state);
  const hasBegun = reply.phase === 'generating';
  const message = hasBegun
    ? 'The voice service stopped in the middle of its answer. Please ask again.'
    : 'The voice service did not answer in time. Please say it again.';
  // A refusal that may have meant this reply has been told already.
  const failure = reply.isSuspect ? null : makePassingFailure(message, `no outcome of ${reply.eventId ?? turnId}`);
  const given = giveUpReply(state, reply, failure);
  const mustStop = hasBegun && !reply.isCancelled && reply.responseId !== null;
  return mustStop ? { ...given, messages: [cancelResponse(reply.responseId ?? ''), ...given.messages] } : given;
}

function inputWaits(state: TalkState): Wait[] {
  const waits: Wait[] = [];
  const [item] = state.sentItems;
  const [settings] = state.sentSettings;
  if (item !== undefined && state.confirms.items !== 'no') {
    waits.push({ key: item.eventId, limitMs: CONFIRMATION_LIMIT_MS, expire: loseItems });
  }
  if (settings !== undefined && state.confirms.settings === 'yes') {
    waits.push({ key: settings.eventId, limitMs: CONFIRMATION_LIMIT_MS, expire: loseSettings });
  }
  if (state.isCommitting) waits.push({ key: 'commit', limitMs: CONFIRMATION_LIMIT_MS, expire: loseCommit });
  return waits;
}

function loseItems(state: TalkState): Step {
  const items = state.confirms.items === 'unknown' ? 'no' : state.confirms.items;
  const message =
    'The voice service did not confirm what it was told last, and may not know of it. Please say it again.';
  return tellLoss({ ...state, sentItems: [], confirms: { ...state.confirms, items } }, message, 'items');
}

function loseSettings(state: TalkState): Step {
  const message = 'The voice service did not confirm the changed settings; those before may still hold.';
  return tellLoss({ ...state, sentSettings: state.sentSettings.slice(1) }, message, 'settings');
}

function loseCommit(state: TalkState): Step {
  const message = 'The voice service did not take what you said. Please say it again.';
  return tellLoss({ ...state, isCommitting: false }, message, 'sound');
}

function tellLoss(state: TalkState, message: string, what: string): Step {
  const failure = makePassingFailure(message, `no confirmation of ${what}`);
  return step(state, [], [{ ...failedEvent(failure), endsReply: false }]);
}

function speechWaits(state: TalkState): Wait[] {
  const waits: Wait[] = [];
  const [itemId] = state.awaitedWords;
  if (itemId !== undefined) {
    waits.push({ key: `words ${itemId}`, limitMs: WORDS_LIMIT_MS, expire: (now) => loseWords(now, itemId) });
  }
  const isAtWork = state.replies.some(({ phase }) => phase !== 'done');
  const { awaitedAnswer } = state;
  if (awaitedAnswer?.hasWords && !isAtWork) {
    waits.push({ key: `answer ${awaitedAnswer.itemId}`, limitMs: ANSWER_LIMIT_MS, expire: askOwn });
  }
  return waits;
}

/** A service that never writes words down is told of once; its talk goes on by ear. */
function loseWords(state: TalkState, itemId: string): Step {
  const words = state.confirms.words === 'unknown' ? 'no' : state.confirms.words;
  return andThen(loseTranscript(state, itemId), (next) => step({ ...next, confirms: { ...next.confirms, words } }));
}
