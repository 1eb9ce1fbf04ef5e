import type { FaceBox } from '@visavis/protocol/rest';
import type { CallProblem } from '../call-problem.ts';
import { situationOf } from '../call-situation.ts';
import type { CallSnapshot } from '../call-snapshot.ts';
import { inWords } from '../problem-words.ts';
import { type Caption, captionText } from '../transcript.ts';
import { type AvatarAttributes, labelOf } from './avatar-attributes.ts';
import type { CardAnswer } from './avatar-card.ts';
import type { AvatarWords } from './avatar-words.ts';

/** What the element shows, as a value. */
export type AvatarView = {
  /** `idle`: before a call and after it, with the button that starts one. */
  readonly phase: 'idle' | 'calling' | 'live';
  /** The picture is that of a moment ago. */
  readonly isLost: boolean;
  readonly status: string;
  readonly startLabel: string;
  readonly videoLabel: string;
  readonly poster: string;
  /** Where the face is in poster and video; null: not known. */
  readonly face: FaceBox | null;
  /** A call can be started: nothing that the page lacks stands in the way. */
  readonly canStart: boolean;
  readonly problem: CallProblem | null;
  /** The problem is a notice: the call goes on, and it can be put away. */
  readonly canDismiss: boolean;
  /** What the microphone's button does. */
  readonly microphoneAction: 'mute' | 'unmute' | 'microphoneOn';
  readonly microphoneOpen: boolean;
  readonly soundBlocked: boolean;
  readonly captions: readonly CaptionView[];
  /** The last caption that is complete, which screen readers are told; empty: none. */
  readonly said: string;
  readonly showsCaptions: boolean;
  readonly canType: boolean;
};

type CaptionView = {
  readonly id: string;
  readonly speaker: Caption['speaker'];
  readonly speakerName: string;
  readonly text: string;
};

type AvatarState = {
  readonly attributes: AvatarAttributes;
  /** Null before the first call. */
  readonly snapshot: CallSnapshot | null;
  /** A call is being prepared: the token is on its way. */
  readonly preparing: boolean;
  /** Why no call could be prepared. */
  readonly fault: CallProblem | null;
  /** Why none can be, whoever tries. */
  readonly standing: CallProblem | null;
  readonly card: CardAnswer;
};

export function viewOf(
  { attributes, snapshot, preparing, fault, standing, card }: AvatarState,
  words: AvatarWords,
): AvatarView {
  const state = preparing ? 'connecting' : (snapshot?.state ?? 'idle');
  const phase = state === 'idle' || state === 'ended' ? 'idle' : state === 'connecting' ? 'calling' : 'live';
  const microphoneOpen = snapshot?.microphone.state === 'on' && !snapshot.microphone.muted;
  const captions = snapshot?.captions ?? [];
  const complete = captions.findLast(({ status }) => status === 'final' || status === 'interrupted');
  const waiting = phase === 'idle' ? standing : null;
  const problem = preparing ? null : (fault ?? snapshot?.problem ?? snapshot?.notice ?? waiting);
  const known = typeof card === 'string' ? null : card;
  const name = attributes.label || labelOf(known?.name ?? '');
  const avatarName = name || words.avatar;
  return {
    phase,
    isLost: state === 'reconnecting',
    status: words.situations[preparing ? 'calling' : snapshot === null ? 'idle' : situationOf(snapshot)],
    startLabel: state === 'ended' || fault !== null ? words.again : words.start(name),
    videoLabel: words.live(name),
    poster: attributes.poster || (known?.posterUrl ?? ''),
    face: known?.face ?? null,
    canStart: standing === null,
    problem: problem === null ? null : inWords(problem, words.problems),
    canDismiss: fault === null && snapshot?.problem === null && snapshot.notice !== null,
    microphoneAction: snapshot?.microphone.state !== 'on' ? 'microphoneOn' : microphoneOpen ? 'mute' : 'unmute',
    microphoneOpen,
    soundBlocked: snapshot?.soundBlocked ?? false,
    captions: captions
      .filter((caption) => caption.status !== 'pending' && captionText(caption) !== '')
      .map((caption) => toCaptionView(caption, avatarName, words)),
    said: complete === undefined ? '' : words.said(speakerNameOf(complete, avatarName, words), complete.text),
    showsCaptions: attributes.captions,
    canType: attributes.typing && phase === 'live' && (snapshot?.ready ?? false),
  };
}

function toCaptionView(caption: Caption, avatarName: string, words: AvatarWords): CaptionView {
  const { id, speaker, status } = caption;
  const text = captionText(caption);
  return {
    id,
    speaker,
    speakerName: speakerNameOf(caption, avatarName, words),
    text: status === 'interrupted' ? `${text} — ${words.interrupted}` : text,
  };
}

function speakerNameOf({ speaker }: Caption, avatarName: string, words: AvatarWords): string {
  return speaker === 'user' ? words.you : avatarName;
}
