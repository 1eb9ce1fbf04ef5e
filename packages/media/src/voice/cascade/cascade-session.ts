import { randomUUID } from 'node:crypto';
import type { UsageAmounts, VoiceSlotName } from '@visavis/protocol';
import { errorMessage } from '../../core/error-message.ts';
import { takeTags } from '../../core/face-tags.ts';
import type { Logger } from '../../core/logger.ts';
import { type Passage, sourceOf } from '../../core/passages.ts';
import type { VoiceConfig, VoiceEvent, VoiceInput, VoiceSession } from '../../core/voice-port.ts';
import { tooManyReplies } from '../shared/voice-failures.ts';
import { CascadeFailure } from './cascade-failure.ts';
import { type Answer, ForeseenAnswer } from './foreseen-answer.ts';
import type { HeardTurn, Recogniser } from './recogniser.ts';
import { speakableText } from './speakable-text.ts';
import type { Speaker } from './speaker.ts';
import { LanguagesOfTalk } from './talk-language.ts';
import type { Thinker, ThinkerInput, ThinkerTalk, Thinking } from './thinker.ts';
import { ThoughtReader } from './thought-reader.ts';
import { TurnMouth } from './turn-mouth.ts';
import { UnansweredWords } from './unanswered-words.ts';

export type CascadeParts = {
  /** Null where there is none. */
  readonly recogniser: Recogniser | null;
  /** Null: it hears, and says what it is told to; people answer. */
  readonly thinker: Thinker | null;
  readonly speaker: Speaker;
  readonly logger: Logger;
  /** Wall-clock time, for a user who asks for it. */
  readonly today: () => Date;
};

/** Replies that may wait for the one being spoken; more are refused. */
const MAX_WAITING_TURNS = 8;
/** Pictures that wait for an answer; older ones are forgotten. */
const MAX_PICTURES = 3;
const TYPE_INSTEAD =
  'I cannot hear on this machine, because no speech recogniser is installed. Please type to me instead.';

/** The talk goes on: only what was said is lost. */
const NOT_HEARD: VoiceEvent = {
  type: 'failed',
  category: 'internal',
  retryable: true,
  message: 'What you said could not be made out, because the speech recogniser failed. Please say it again.',
  endsReply: false,
};

type Turn = {
  readonly id: string;
  readonly aborter: AbortController;
  /** A reply of our own accord is announced when it begins. */
  readonly isUnasked: boolean;
  /** Called when it is this turn's time: what is answered is what was said until then. */
  readonly compose: (signal: AbortSignal) => ThoughtReader;
};

/** One talk of a recogniser, a thinker and a speaker: turns are listened to, thought about and spoken, one reply after the other. */
export class CascadeSession implements VoiceSession {
  readonly #parts: CascadeParts;
  readonly #listener: (event: VoiceEvent) => void;
  readonly #talk: ThinkerTalk | null;
  readonly #languages: LanguagesOfTalk;
  readonly #foreseen: ForeseenAnswer;
  #config: VoiceConfig;
  readonly #turns: Turn[] = [];
  #isSpeaking = false;
  #heard: { readonly itemId: string; readonly turn: HeardTurn | null } | null = null;
  readonly #hearings = new Set<HeardTurn>();
  /** When the words of all turns so far have been told. */
  #told: Promise<void> = Promise.resolve();
  /** A turn whose words have been told just now, until they are answered; null once it is void. */
  #toldItemId: string | null = null;
  readonly #unanswered = new UnansweredWords();
  #pictures: string[] = [];
  #hasHinted = false;
  #isClosed = false;
  readonly #over = new AbortController();
  readonly #leave: () => void;

  constructor(parts: CascadeParts, config: VoiceConfig, listener: (event: VoiceEvent) => void, signal: AbortSignal) {
    this.#parts = parts;
    this.#talk = parts.thinker?.openTalk((amounts) => this.#count('thinker', amounts)) ?? null;
    const speaker = parts.speaker.openTalk((amounts) => this.#count('speaker', amounts));
    this.#languages = new LanguagesOfTalk(parts.speaker, speaker);
    this.#foreseen = new ForeseenAnswer(speaker);
    this.#config = config;
    this.#listener = listener;
    const onAbort = (): void => this.#end();
    signal.addEventListener('abort', onAbort, { once: true });
    this.#leave = () => signal.removeEventListener('abort', onAbort);
    if (signal.aborted) this.#end();
    else this.#expect();
  }

  send(input: VoiceInput): void {
    if (this.#isClosed) return;
    switch (input.type) {
      case 'audio':
        this.#heard?.turn?.feed(input.pcm, input.silenceMs ?? 0);
        return;
      case 'user-turn-started':
        this.#startListening(input.itemId);
        return;
      case 'user-turn-stopped':
        this.#stopListening(input.itemId);
        return;
      case 'user-turn-dropped':
        this.#forgetTurn(input.itemId);
        return;
      case 'text':
        this.#unanswered.add(input.text);
        return;
      case 'image':
        this.#pictures = [...this.#pictures, input.dataUrl].slice(-MAX_PICTURES);
        return;
      case 'history':
        this.#talk?.recall(input.items);
        return;
      case 'configure':
        this.#config = { ...this.#config, ...input.config };
        if (input.config.language !== undefined) this.#languages.hear(null);
        return;
      case 'respond':
        if (this.#talk === null) this.#emit({ type: 'turn-done', turnId: input.turnId });
        else this.#respond(this.#talk, input.turnId, input.instructions ?? null, false);
        return;
      case 'say':
        this.#addTurn(input.turnId, false, () => readerOf(input.text));
        return;
      case 'cancel':
        this.#cancel(input.turnId, input.heardText);
        return;
      case 'tool-result':
        // What was foreseen knows nothing of it.
        this.#foreseen.forget();
        this.#talk?.noteOutcome(input.callId, input.output);
        return;
    }
  }

  async close(): Promise<void> {
    this.#end();
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#leave();
    this.#over.abort();
    for (const turn of this.#turns.splice(0)) turn.aborter.abort();
    for (const hearing of this.#hearings) hearing.discard();
    this.#hearings.clear();
    this.#heard = null;
    this.#foreseen.forget();
  }

  #emit(event: VoiceEvent): void {
    if (!this.#isClosed) this.#listener(event);
  }

  #count(part: VoiceSlotName, amounts: UsageAmounts): void {
    // Many services count nothing.
    if (Object.values(amounts).some((amount) => amount > 0)) this.#emit({ type: 'usage', part, amounts });
  }

  #startListening(itemId: string): void {
    this.#expect();
    const abandoned = this.#heard;
    if (abandoned !== null) this.#stopListening(abandoned.itemId);
    const listening = {
      language: this.#config.language,
      onWords: (words: string) => this.#foresee(words),
      count: (amounts: UsageAmounts) => this.#count('recogniser', amounts),
    };
    const turn = this.#parts.recogniser?.listen(listening) ?? null;
    if (turn !== null) this.#hearings.add(turn);
    this.#heard = { itemId, turn };
  }

  /** The turn is void: its recogniser is given back without words. */
  #forgetTurn(itemId: string): void {
    if (this.#toldItemId === itemId) this.#toldItemId = null;
    if (this.#heard?.itemId !== itemId) return;
    const { turn } = this.#heard;
    this.#heard = null;
    if (turn === null) return;
    this.#hearings.delete(turn);
    turn.discard();
  }

  #stopListening(itemId: string): void {
    const turn = this.#heard?.itemId === itemId ? this.#heard.turn : null;
    if (this.#heard?.itemId === itemId) this.#heard = null;
    const words = turn === null ? Promise.resolve('') : turn.finish();
    // In the order in which they were said, however long each takes to be made out.
    this.#told = this.#told.then(async () => this.#tellWords(itemId, turn, await words));
  }

  #tellWords(itemId: string, turn: HeardTurn | null, words: string): void {
    if (turn !== null) this.#hearings.delete(turn);
    this.#toldItemId = itemId;
    if (words !== '') this.#languages.hear(turn?.language, words);
    const shortPhrase = turn?.shortPhrase ?? '';
    this.#emit({ type: 'user-transcript-done', itemId, text: words, ...(shortPhrase === '' ? {} : { shortPhrase }) });
    if (turn?.isLost === true) this.#emit(NOT_HEARD);
    const talk = this.#talk;
    if (talk === null) return;
    if (this.#parts.recogniser === null) this.#hintToType();
    // Whoever was told may have found the words to be the avatar's own.
    if (words === '' || this.#toldItemId !== itemId) return;
    this.#unanswered.add(words);
    // A user who has gone on talking gets one answer to everything, after the last words.
    if (this.#heard === null) this.#respond(talk, `reply_${randomUUID()}`, null, true);
  }

  #hintToType(): void {
    if (this.#hasHinted) return;
    this.#hasHinted = true;
    this.#addTurn(`reply_${randomUUID()}`, true, () => readerOf(TYPE_INSTEAD));
  }

  #respond(talk: ThinkerTalk, turnId: string, instructions: string | null, isUnasked: boolean): void {
    this.#addTurn(turnId, isUnasked, (signal) => {
      const said = this.#unanswered.take();
      const { thinking, reader } = this.#foreseenAnswer(said, instructions, signal) ?? {
        ...answerOf(talk.begin(this.#inputOf(said, instructions), signal)),
      };
      this.#pictures = [];
      thinking.accept();
      void thinking.found?.then((passages) => this.#cite(turnId, passages, signal));
      void reader.begun.then(() => signal.aborted || this.#emit({ type: 'words-thought', turnId }));
      return reader;
    });
  }

  /** What is asked for with instructions or pictures was not foreseen. */
  #foreseenAnswer(said: readonly string[], instructions: string | null, signal: AbortSignal): Answer | null {
    const answer = instructions === null && this.#pictures.length === 0 ? this.#foreseen.take(said, signal) : null;
    if (answer === null) this.#foreseen.forget();
    return answer;
  }

  /** What is known by now may be thought about while the user still speaks. */
  #expect(): void {
    if (this.#turns.length === 0) this.#talk?.expect?.(this.#inputOf([], null), this.#over.signal);
  }

  #inputOf(said: readonly string[], instructions: string | null): ThinkerInput {
    const pictures = this.#pictures;
    const lookUp = said.length === 0 ? null : (this.#config.lookUp ?? null);
    const { heard } = this.#languages;
    const input = { said, pictures, instructions, config: this.#config, lookUp, now: this.#parts.today() };
    return heard === null ? input : { ...input, heardLanguage: heard };
  }

  #cite(turnId: string, passages: readonly Passage[], signal: AbortSignal): void {
    if (passages.length === 0 || signal.aborted) return;
    this.#emit({ type: 'turn-sources', turnId, sources: passages.map(sourceOf) });
  }

  /** The user pauses after these words. Should the turn end here, the beginning of the answer is ready. */
  #foresee(words: string): void {
    const talk = this.#talk;
    if (this.#isClosed || talk === null || words === '' || this.#turns.length > 0 || this.#pictures.length > 0) return;
    const said = [...this.#unanswered.pieces, words];
    const begin = (signal: AbortSignal) => talk.begin(this.#inputOf(said, null), signal);
    this.#foreseen.foresee(said, begin, (words) => this.#languages.configFor(words, this.#config));
  }

  #addTurn(id: string, isUnasked: boolean, compose: Turn['compose']): void {
    if (this.#isClosed) return;
    if (this.#turns.length > MAX_WAITING_TURNS) {
      for (const event of tooManyReplies(id)) this.#emit(event);
      return;
    }
    this.#turns.push({ id, aborter: new AbortController(), isUnasked, compose });
    void this.#speakTurns();
  }

  async #speakTurns(): Promise<void> {
    if (this.#isSpeaking) return;
    this.#isSpeaking = true;
    for (let turn = this.#turns[0]; turn !== undefined; turn = this.#turns[0]) {
      await this.#speakTurn(turn);
      const place = this.#turns.indexOf(turn);
      if (place >= 0) this.#turns.splice(place, 1);
    }
    this.#isSpeaking = false;
  }

  async #speakTurn(turn: Turn): Promise<void> {
    const { signal } = turn.aborter;
    const emit = (event: VoiceEvent): void => {
      if (!signal.aborted) this.#emit(event);
    };
    try {
      const reader = turn.compose(signal);
      if (turn.isUnasked) emit({ type: 'turn-started', turnId: turn.id });
      // Whoever was told may not want it.
      if (signal.aborted) return;
      await this.#takeSteps(turn, reader, emit);
    } catch (error) {
      if (signal.aborted) return;
      emit(this.#failureOf(turn, error));
    }
    emit({ type: 'turn-done', turnId: turn.id });
    // Nothing is thought any more of what nobody will hear.
    turn.aborter.abort();
  }

  async #takeSteps(turn: Turn, reader: ThoughtReader, emit: (event: VoiceEvent) => void): Promise<void> {
    const { signal } = turn.aborter;
    const mouth = new TurnMouth(turn.id, this.#languages, this.#config, emit);
    let characters = 0;
    for (let step = await reader.next(); step !== null && !signal.aborted; step = await reader.next()) {
      if (step.kind === 'call') {
        this.#talk?.noteCall(turn.id, step);
        const { callId, name, argumentsJson } = step;
        emit({ type: 'tool-call-delta', turnId: turn.id, callId, name, delta: argumentsJson });
        emit({ type: 'tool-call-done', turnId: turn.id, callId, name, argumentsJson });
        continue;
      }
      const { words, tags } = takeTags(step.text);
      for (const tag of tags) emit({ type: 'face-tag', turnId: turn.id, tag });
      const text = speakableText(words, characters);
      characters += text.length;
      if (text.trim() !== '') await this.#speak(turn, mouth, text);
      if (text.length === words.length) continue;
      const fields = { turnId: turn.id, spokenCharacters: characters };
      this.#parts.logger.warn(fields, 'A text was too long to be spoken whole; its end is left out.');
      return;
    }
  }

  async #speak(turn: Turn, mouth: TurnMouth, text: string): Promise<void> {
    this.#talk?.noteSpoken(turn.id, text);
    await mouth.speak(text, this.#config, turn.aborter.signal);
  }

  #failureOf(turn: Turn, error: unknown): VoiceEvent {
    const reason = errorMessage(error);
    this.#parts.logger.error({ turnId: turn.id, reason }, 'A reply could not be finished.');
    if (error instanceof CascadeFailure) {
      return { type: 'failed', category: error.category, retryable: error.isRetryable, message: reason };
    }
    const message = `The local voice could not speak: ${reason}`;
    return { type: 'failed', category: 'internal', retryable: true, message };
  }

  #cancel(turnId: string, heardText: string): void {
    this.#foreseen.forget();
    this.#talk?.keepHeard(turnId, heardText);
    const place = this.#turns.findIndex((turn) => turn.id === turnId);
    if (place < 0) return;
    this.#turns[place]?.aborter.abort();
    // The first one is taken away by the loop that speaks it.
    if (place > 0) this.#turns.splice(place, 1);
  }
}

function answerOf(thinking: Thinking): Answer {
  return { thinking, reader: new ThoughtReader(thinking.thoughts) };
}

function readerOf(text: string): ThoughtReader {
  return new ThoughtReader(wholeText(text));
}

async function* wholeText(text: string): AsyncGenerator<{ kind: 'words'; text: string; isLast: true }> {
  yield { kind: 'words', text, isLast: true };
}
