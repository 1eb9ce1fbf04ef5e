import type { CallSnapshot } from '../call-snapshot.ts';
import { withoutHeard } from '../transcript.ts';
import type { AvatarEventDetails, AvatarEventName } from './avatar-events.ts';

type AvatarChange = {
  [Name in AvatarEventName]: { readonly name: Name; readonly detail: AvatarEventDetails[Name] };
}[AvatarEventName];

/** The events between two states of one call, in the order in which they are fired. */
export function changesOfCall(before: CallSnapshot, after: CallSnapshot): AvatarChange[] {
  const changes: AvatarChange[] = [];
  if (after.state === 'connected' && before.state !== 'connected') {
    changes.push({ name: 'visavis-connected', detail: { sessionId: after.sessionId ?? '' } });
  }
  if (after.state === 'reconnecting' && before.state !== 'reconnecting') {
    changes.push({ name: 'visavis-reconnecting', detail: { sessionId: before.sessionId } });
  }
  const known = new Map(before.captions.map((caption) => [caption.id, caption]));
  for (const caption of after.captions) {
    const earlier = known.get(caption.id);
    // That more of it is heard is no change of what is said, and no part of the event: it would be stale at once.
    const isTold = earlier?.text === caption.text && earlier.status === caption.status;
    if (!isTold && caption.text !== '') changes.push({ name: 'visavis-transcript', detail: withoutHeard(caption) });
  }
  if (after.notice !== null && after.notice !== before.notice) {
    changes.push({ name: 'visavis-error', detail: after.notice });
  }
  if (after.state === 'ended' && before.state !== 'ended') {
    if (after.problem !== null) changes.push({ name: 'visavis-error', detail: after.problem });
    changes.push({ name: 'visavis-ended', detail: { reason: after.endReason ?? 'hung-up', problem: after.problem } });
  }
  return changes;
}
