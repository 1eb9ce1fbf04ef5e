import type { CallProblem, EndReason } from '../call-problem.ts';
import type { CaptionChange } from '../caption-change.ts';
import type { SaidCaption } from '../transcript.ts';

/** Details of the events that `<visavis-avatar>` fires, by name. They bubble and leave the shadow. */
export type AvatarEventDetails = {
  /** Picture and sound are there. Again after each rebuilt connection. */
  'visavis-connected': { readonly sessionId: string };
  /** The connection is lost and is being built again; `visavis-connected` or `visavis-ended` follows. */
  'visavis-reconnecting': { readonly sessionId: string | null };
  'visavis-ended': { readonly reason: EndReason; readonly problem: CallProblem | null };
  /** What is said is new or has changed: ahead of the voice, while a reply goes on. */
  'visavis-transcript': SaidCaption;
  /** Another word of the avatar is being heard, or a reply is over. */
  'visavis-caption': CaptionChange;
  /** A call could not start or broke off, or something is wrong that it survives, such as a missing microphone. */
  'visavis-error': CallProblem;
};

export type AvatarEventName = keyof AvatarEventDetails;

export function avatarEvent<Name extends AvatarEventName>(
  name: Name,
  detail: AvatarEventDetails[Name],
): CustomEvent<AvatarEventDetails[Name]> {
  return new CustomEvent(name, { detail, bubbles: true, composed: true });
}
