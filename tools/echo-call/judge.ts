/** What the page's socket received; times are of the page's clock. */
export type CallEvent = {
  readonly atMs: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
};

/** A person spoke into the microphone from `startMs` to `endMs`, while the avatar spoke or while it was silent. */
export type Spoken = { readonly startMs: number; readonly endMs: number; readonly overReply: boolean };

export type HeardPerson = Spoken & {
  /** From the first sound to the event that tells of it; null where nobody was heard. */
  readonly noticedMs: number | null;
  readonly transcript: string;
  readonly answered: boolean;
};

export type Verdict = {
  /** Turns of the user that began though nobody spoke. */
  readonly selfTurns: number;
  /** What those were taken to say. */
  readonly selfTranscripts: readonly string[];
  /** Replies that were cut though nobody spoke. */
  readonly selfInterruptions: number;
  /** Replies that nobody had asked for. */
  readonly selfAnswers: number;
  readonly replies: number;
  readonly people: readonly HeardPerson[];
};

/** A turn that begins this long after a person's last sound is still his: frames, network, a busy machine. */
const LATE_TURN_MS = 1000;
/** So long after a person's last sound his words may still end a reply, or bring an answer. */
const LATE_OUTCOME_MS = 10_000;

/** Tells what of a call's events was a person's doing, and what the avatar's own sound. `askedAtMs`: replies asked for. */
export function judge(events: readonly CallEvent[], spoken: readonly Spoken[], askedAtMs: readonly number[]): Verdict {
  const speakerAt = (atMs: number, lateMs: number): Spoken | undefined =>
    spoken.findLast(({ startMs, endMs }) => atMs >= startMs && atMs <= endMs + lateMs);
  const started = events.filter(({ type }) => type === 'realtime.input_audio_buffer.speech_started');
  const selfTurns = started.filter(({ atMs }) => speakerAt(atMs, LATE_TURN_MS) === undefined);
  const selfIds = new Set(selfTurns.map(({ data }) => data.item_id));
  const transcripts = events.filter(({ type, data }) => type === TRANSCRIPT_TYPE && String(data.content).trim() !== '');
  const replyStarts = firstDeltas(events);
  const cut = events.filter(({ type, data }) => type === 'realtime.response.audio.done' && data.interrupted === true);
  const people = spoken.map((person): HeardPerson => {
    const turns = started.filter(({ atMs }) => speakerAt(atMs, LATE_TURN_MS) === person);
    const ids = new Set(turns.map(({ data }) => data.item_id));
    const said = transcripts.filter(({ data }) => ids.has(data.item_id));
    const [words] = said;
    return {
      ...person,
      noticedMs: turns[0] === undefined ? null : turns[0].atMs - person.startMs,
      transcript: said.map(({ data }) => String(data.content)).join(' '),
      answered:
        words !== undefined && replyStarts.some((atMs) => atMs >= words.atMs && atMs <= person.endMs + LATE_OUTCOME_MS),
    };
  });
  return {
    selfTurns: selfTurns.length,
    selfTranscripts: transcripts
      .filter(({ data }) => selfIds.has(data.item_id))
      .map(({ data }) => String(data.content)),
    selfInterruptions: cut.filter(({ atMs }) => speakerAt(atMs, LATE_OUTCOME_MS) === undefined).length,
    selfAnswers: countUnasked(
      replyStarts.filter((atMs) => speakerAt(atMs, LATE_OUTCOME_MS) === undefined),
      askedAtMs,
    ),
    replies: replyStarts.length,
    people,
  };
}

const TRANSCRIPT_TYPE = 'realtime.conversation.item.input_audio_transcription.completed';

/** When each reply began to be written. */
function firstDeltas(events: readonly CallEvent[]): number[] {
  const times = new Map<unknown, number>();
  for (const { type, atMs, data } of events) {
    if (type !== 'realtime.response.audio_transcript.delta' || times.has(data.id)) continue;
    times.set(data.id, atMs);
  }
  return [...times.values()];
}

/** Each request pays for one reply after it. */
function countUnasked(replyStarts: readonly number[], askedAtMs: readonly number[]): number {
  let paid = 0;
  for (const atMs of replyStarts) if (paid < askedAtMs.filter((askedMs) => askedMs <= atMs).length) paid++;
  return replyStarts.length - paid;
}
