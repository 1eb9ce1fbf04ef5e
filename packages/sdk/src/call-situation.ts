import type { CallSnapshot } from './call-snapshot.ts';

/**
 * What goes on in a call, as one word for a person to be told. While it is the person's turn, what their microphone does comes
 * first: `opening-microphone`, `typing-only` (it is off), `muted`, `held-back` (push-to-talk is not pressed), `silent` (it is on, but no sound comes).
 */
export type CallSituation =
  | 'idle'
  | 'calling'
  | 'waking'
  | 'waiting-for-picture'
  | 'reconnecting'
  | 'ended'
  | 'thinking'
  | 'speaking'
  | 'opening-microphone'
  | 'typing-only'
  | 'muted'
  | 'held-back'
  | 'silent'
  | 'hearing'
  | 'listening';

export function situationOf(snapshot: CallSnapshot): CallSituation {
  switch (snapshot.state) {
    case 'idle':
    case 'ended':
    case 'reconnecting':
      return snapshot.state;
    case 'connected':
      return situationOfTalk(snapshot);
    case 'connecting':
      if (snapshot.sessionId === null) return 'calling';
      return snapshot.ready ? 'waiting-for-picture' : 'waking';
  }
}

function situationOfTalk({ activity, microphone, info }: CallSnapshot): CallSituation {
  if (activity === 'thinking' || activity === 'speaking') return activity;
  if (info?.hears === false) return 'typing-only';
  if (microphone.state === 'opening') return 'opening-microphone';
  if (microphone.state !== 'on') return 'typing-only';
  if (microphone.muted) return 'muted';
  if (microphone.stalled) return 'silent';
  // The server may still wait for the end of a turn whose sound was cut off here.
  if (microphone.pushToTalk && !microphone.pressed) return 'held-back';
  return activity;
}
