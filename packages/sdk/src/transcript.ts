import type { ServerSignal } from './from-wire.ts';

export type Caption = {
  /** Stable for the life of the caption; unique within a call. */
  readonly id: string;
  readonly speaker: 'user' | 'avatar';
  readonly text: string;
  /**
   * `pending`: the user is heard, the words are not known yet. `streaming`: the avatar is still speaking.
   * `interrupted`: the avatar was cut off; `text` is then what was heard of it, where the server says so.
   */
  readonly status: 'pending' | 'streaming' | 'final' | 'interrupted';
};

/** What was said by both sides, oldest first. Immutable: every change gives a new list. */
export type Transcript = {
  readonly captions: readonly Caption[];
  /** Before the ids of what is said over this connection: a rebuilt one may count its turns from the beginning. */
  readonly idPrefix: string;
  /** The avatar's reply during which the user began to speak, until its end tells what became of it. */
  readonly spokenOverId: string | null;
};

export const emptyTranscript: Transcript = Object.freeze({ captions: [], idPrefix: '', spokenOverId: null });

/** Captions kept; older ones are dropped. */
const maxCaptions = 500;

export function withTypedText(transcript: Transcript, id: string, text: string): Transcript {
  return append(transcript, { id, speaker: 'user', text, status: 'final' });
}

export function withSignal(transcript: Transcript, signal: ServerSignal): Transcript {
  switch (signal.type) {
    case 'user-speech-started': {
      const speaking = transcript.captions.findLast((caption) => caption.status === 'streaming');
      const spokenOverId = speaking?.id ?? transcript.spokenOverId;
      return append(
        { ...transcript, spokenOverId },
        { id: userId(transcript, signal.itemId), speaker: 'user', text: '', status: 'pending' },
      );
    }
    case 'user-transcript':
      return withUserTranscript(transcript, userId(transcript, signal.itemId), signal.text);
    case 'reply-delta':
      return withReplyText(transcript, signal.replyId, (text) => text + signal.text);
    case 'reply-text-done':
      return signal.text === '' ? transcript : withReplyText(transcript, signal.replyId, () => signal.text);
    case 'reply-done':
      return withReplyEnd(transcript, signal);
    default:
      return transcript;
  }
}

/** A call has ended: nothing is pending or streaming any more. */
export function closed(transcript: Transcript): Transcript {
  const captions = transcript.captions
    .filter((caption) => caption.status !== 'pending')
    .map((caption) => (caption.status === 'streaming' ? { ...caption, status: 'interrupted' as const } : caption));
  return { ...transcript, captions, spokenOverId: null };
}

/** The connection is lost; the talk goes on over the one of this number, from 2. */
export function carriedOver(transcript: Transcript, connection: number): Transcript {
  return { ...closed(transcript), idPrefix: `${connection}-` };
}

function userId({ idPrefix }: Transcript, itemId: string): string {
  return `${idPrefix}user-${itemId}`;
}

function avatarId({ idPrefix }: Transcript, replyId: string): string {
  return `${idPrefix}avatar-${replyId}`;
}

function withUserTranscript(transcript: Transcript, id: string, text: string): Transcript {
  const known = transcript.captions.some((caption) => caption.id === id);
  if (text.trim() === '') {
    return { ...transcript, captions: transcript.captions.filter((caption) => caption.id !== id) };
  }
  if (!known) return append(transcript, { id, speaker: 'user', text, status: 'final' });
  return replace(transcript, id, (caption) => ({ ...caption, text, status: 'final' }));
}

function withReplyText(transcript: Transcript, replyId: string, change: (text: string) => string): Transcript {
  const id = avatarId(transcript, replyId);
  if (!transcript.captions.some((caption) => caption.id === id)) {
    return append(transcript, { id, speaker: 'avatar', text: change(''), status: 'streaming' });
  }
  return replace(transcript, id, (caption) =>
    caption.status === 'streaming' ? { ...caption, text: change(caption.text) } : caption,
  );
}

function withReplyEnd(transcript: Transcript, signal: ServerSignal & { type: 'reply-done' }): Transcript {
  const id = avatarId(transcript, signal.replyId);
  const interrupted = signal.interrupted ?? transcript.spokenOverId === id;
  const spokenOverId = transcript.spokenOverId === id ? null : transcript.spokenOverId;
  return replace({ ...transcript, spokenOverId }, id, (caption) => ({
    ...caption,
    text: interrupted && signal.heardText ? signal.heardText : caption.text,
    status: interrupted ? 'interrupted' : 'final',
  }));
}

function append(transcript: Transcript, caption: Caption): Transcript {
  const others = transcript.captions.filter((other) => other.id !== caption.id);
  return { ...transcript, captions: [...others, caption].slice(-maxCaptions) };
}

function replace(transcript: Transcript, id: string, change: (caption: Caption) => Caption): Transcript {
  return {
    ...transcript,
    captions: transcript.captions.map((caption) => (caption.id === id ? change(caption) : caption)),
  };
}
