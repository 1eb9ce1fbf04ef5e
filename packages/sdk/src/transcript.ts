import type { ServerSignal } from './from-wire.ts';
import { heardAt, noSound, type ReplySound, wordsOf } from './reply-sound.ts';

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
  /**
   * While `streaming`: the words of `text` that have been heard so far, in step with the sound. Left out where the server does not tell
   * when words sound, and once the reply is over.
   */
  readonly heardText?: string;
  /** While `streaming`: where the word that is being said, or was said last, stands in `heardText`. Left out before the first. */
  readonly wordSaid?: { readonly from: number; readonly to: number };
};

/** What a caption shows to people who hear the avatar: no word before it is spoken. */
export function captionText({ text, heardText: heard }: Caption): string {
  return heard ?? text;
}

/** What was said by both sides, oldest first. Immutable: every change gives a new list. */
export type Transcript = {
  readonly captions: readonly Caption[];
  /** Before the ids of what is said over this connection: a rebuilt one may count its turns from the beginning. */
  readonly idPrefix: string;
  /** The avatar's reply during which the user began to speak, until its end tells what became of it. */
  readonly spokenOverId: string | null;
  /** Of the replies that are streaming, by the caption's id. */
  readonly sounds: ReadonlyMap<string, ReplySound>;
  /** The reply that was the last to end, as the server told it. */
  readonly lastEnd: ReplyEnd | null;
};

export type ReplyEnd = {
  readonly captionId: string;
  readonly interrupted: boolean;
  /** What was played of it; null: the server does not say. */
  readonly playedMs: number | null;
  readonly heardText: string | null;
};

export const emptyTranscript: Transcript = Object.freeze({
  captions: [],
  idPrefix: '',
  spokenOverId: null,
  sounds: new Map<string, ReplySound>(),
  lastEnd: null,
});

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
      return withReplyDelta(transcript, signal);
    case 'reply-text-done':
      return signal.text === '' ? transcript : withReplyText(transcript, signal.replyId, () => signal.text);
    case 'reply-sound': {
      const { playedMs, isPlaying, atMs } = signal;
      return withSound(transcript, signal.replyId, (sound) => ({ ...sound, mark: { playedMs, isPlaying, atMs } }));
    }
    case 'reply-words':
      return withSound(transcript, signal.replyId, (sound) => ({ ...sound, told: [...sound.told, ...signal.words] }));
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
    .map((caption) =>
      caption.status === 'streaming' ? { ...withoutHeard(caption), status: 'interrupted' as const } : caption,
    );
  return { ...transcript, captions, spokenOverId: null, sounds: emptyTranscript.sounds, lastEnd: null };
}

/** Some reply is being heard: captions change with time. */
export function isSounding({ sounds }: Transcript): boolean {
  return [...sounds.values()].some(({ mark }) => mark?.isPlaying === true);
}

/** The captions at this time of the page's clock; the same transcript when no other word is heard. */
export function heardUntil(transcript: Transcript, nowMs: number): Transcript {
  let isChanged = false;
  const captions = transcript.captions.map((caption) => {
    const sound = transcript.sounds.get(caption.id);
    if (sound === undefined) return caption;
    const heard = heardAt(sound, nowMs);
    // What was heard stays heard, also when the server corrects the place.
    if (heard.text.length <= (caption.heardText ?? '').length) return caption;
    isChanged = true;
    const word = wordsOf(sound)[heard.wordIndex];
    const wordSaid = word && { from: word.from, to: word.from + word.text.length };
    return { ...caption, heardText: heard.text, ...(wordSaid && { wordSaid }) };
  });
  return isChanged ? { ...transcript, captions } : transcript;
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

/** Text whose place in the sound is told is heard later; other text is taken as heard. */
function withReplyDelta(transcript: Transcript, signal: ServerSignal & { type: 'reply-delta' }): Transcript {
  const { replyId, text, audioStartMs } = signal;
  const told = withReplyText(transcript, replyId, (before) => before + text);
  if (audioStartMs === undefined) return told;
  const id = avatarId(transcript, replyId);
  const isStreaming = told.captions.some((caption) => caption.id === id && caption.status === 'streaming');
  if (!isStreaming) return told;
  const timed = withSound(told, replyId, (sound) => ({
    ...sound,
    pieces: [...sound.pieces, { text, startMs: audioStartMs }],
  }));
  return replace(timed, id, (caption) => ({ heardText: '', ...caption }));
}

function withSound(transcript: Transcript, replyId: string, change: (sound: ReplySound) => ReplySound): Transcript {
  const id = avatarId(transcript, replyId);
  const sound = transcript.sounds.get(id) ?? noSound(replyId);
  return { ...transcript, sounds: new Map(transcript.sounds).set(id, change(sound)) };
}

/** What is said, whatever of it has been heard. */
export type SaidCaption = Omit<Caption, 'heardText' | 'wordSaid'>;

export function withoutHeard({ heardText: _, wordSaid: __, ...caption }: Caption): SaidCaption {
  return caption;
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
  const sounds = new Map(transcript.sounds);
  sounds.delete(id);
  const { playedMs, heardText } = signal;
  const lastEnd = { captionId: id, interrupted, playedMs, heardText };
  return replace({ ...transcript, spokenOverId, sounds, lastEnd }, id, (caption) => ({
    ...withoutHeard(caption),
    text: interrupted && heardText ? heardText : caption.text,
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
