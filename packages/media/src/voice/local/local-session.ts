import { randomUUID } from 'node:crypto';
import { errorMessage } from '../../core/error-message.ts';
import type { Logger } from '../../core/logger.ts';
import type { VoiceConfig, VoiceEvent, VoiceInput, VoiceSession } from '../../core/voice-port.ts';
import {
  type BrainState,
  keepOnlyHeard,
  NEW_BRAIN,
  remember,
  rememberCall,
  rememberHistory,
  rememberOutcome,
} from './brain/memory.ts';
import { type BrainInput, think } from './brain/think.ts';
import type { Hearing } from './ears/ears.ts';
import { PhrasedHearing } from './ears/phrased-hearing.ts';
import { ReadySpeaker } from './ready-speaker.ts';
import { clauseRequests, type Speaker, speakablePart, speakText } from './speak-text.ts';

export type LocalSessionParts = {
  readonly speaker: Speaker;
  /** Null where no recogniser is installed. */
  readonly listen: (() => Hearing) | null;
  /** False: it hears, and says what it is told to; people answer. */
  readonly answers: boolean;
  readonly logger: Logger;
  /** Wall-clock time, for a user who asks for it. */
  readonly today: () => Date;
};

/** Replies that may wait for the one being spoken; more are refused. */
const MAX_WAITING_TURNS = 8;
const MAX_UNANSWERED = 100;
const MAX_UNANSWERED_CHARACTERS = 20_000;
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
  readonly compose: () => TurnContent;
};

type TurnContent =
  | { readonly kind: 'speak'; readonly text: string }
  | { readonly kind: 'call-tool'; readonly name: string; readonly argumentsJson: string; readonly words?: string };

/** One talk with the local voice: turns are listened to, thought about and spoken, one reply after the other. */
export class LocalSession implements VoiceSession {
  private readonly parts: LocalSessionParts;
  private readonly listener: (event: VoiceEvent) => void;
  private readonly speaker: ReadySpeaker;
  private config: VoiceConfig;
  private brain: BrainState = NEW_BRAIN;
  private readonly turns: Turn[] = [];
  private isSpeaking = false;
  private heardTurn: { readonly itemId: string; readonly hearing: PhrasedHearing | null } | null = null;
  private readonly hearings = new Set<PhrasedHearing>();
  /** A turn whose words have been told just now, until they are answered; null once it is void. */
  private toldItemId: string | null = null;
  /** Words of the user that have had no answer yet. */
  private readonly unanswered: string[] = [];
  private hasPicture = false;
  private hasHinted = false;
  private isClosed = false;
  private readonly leave: () => void;

  constructor(
    parts: LocalSessionParts,
    config: VoiceConfig,
    listener: (event: VoiceEvent) => void,
    signal: AbortSignal,
  ) {
    this.parts = parts;
    this.speaker = new ReadySpeaker(parts.speaker);
    this.config = config;
    this.listener = listener;
    const onAbort = (): void => this.end();
    signal.addEventListener('abort', onAbort, { once: true });
    this.leave = () => signal.removeEventListener('abort', onAbort);
    if (signal.aborted) this.end();
  }

  send(input: VoiceInput): void {
    if (this.isClosed) return;
    switch (input.type) {
      case 'audio':
        this.heardTurn?.hearing?.feed(input.pcm, input.silenceMs ?? 0);
        return;
      case 'user-turn-started':
        this.startListening(input.itemId);
        return;
      case 'user-turn-stopped':
        void this.stopListening(input.itemId);
        return;
      case 'user-turn-dropped':
        this.forgetTurn(input.itemId);
        return;
      case 'text':
        this.noteWords(input.text);
        return;
      case 'image':
        this.hasPicture = true;
        return;
      case 'history':
        this.brain = rememberHistory(this.brain, input.items);
        return;
      case 'configure':
        this.config = { ...this.config, ...input.config };
        return;
      case 'respond':
        if (!this.parts.answers) this.emit({ type: 'turn-done', turnId: input.turnId });
        else this.respond(input.turnId, input.instructions ?? null, false);
        return;
      case 'say':
        this.addTurn(input.turnId, false, () => ({ kind: 'speak', text: input.text }));
        return;
      case 'cancel':
        this.cancel(input.turnId, input.heardText);
        return;
      case 'tool-result':
        this.brain = rememberOutcome(this.brain, input.callId, input.output);
        return;
    }
  }

  async close(): Promise<void> {
    this.end();
  }

  private end(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.leave();
    for (const turn of this.turns.splice(0)) turn.aborter.abort();
    for (const hearing of this.hearings) hearing.discard();
    this.hearings.clear();
    this.heardTurn = null;
    this.speaker.forget();
  }

  private emit(event: VoiceEvent): void {
    if (!this.isClosed) this.listener(event);
  }

  private startListening(itemId: string): void {
    const abandoned = this.heardTurn;
    if (abandoned !== null) void this.stopListening(abandoned.itemId);
    const { listen } = this.parts;
    const hearing = listen === null ? null : new PhrasedHearing(listen, (words) => this.foresee(words));
    if (hearing !== null) this.hearings.add(hearing);
    this.heardTurn = { itemId, hearing };
  }

  /** The turn is void: its recogniser is given back without words. */
  private forgetTurn(itemId: string): void {
    if (this.toldItemId === itemId) this.toldItemId = null;
    if (this.heardTurn?.itemId !== itemId) return;
    const { hearing } = this.heardTurn;
    this.heardTurn = null;
    if (hearing === null) return;
    this.hearings.delete(hearing);
    hearing.discard();
  }

  private async stopListening(itemId: string): Promise<void> {
    const hearing = this.heardTurn?.itemId === itemId ? this.heardTurn.hearing : null;
    if (this.heardTurn?.itemId === itemId) this.heardTurn = null;
    const words = hearing === null ? '' : await hearing.finish();
    if (hearing !== null) this.hearings.delete(hearing);
    this.toldItemId = itemId;
    const shortPhrase = hearing?.shortPhrase ?? '';
    this.emit({ type: 'user-transcript-done', itemId, text: words, ...(shortPhrase === '' ? {} : { shortPhrase }) });
    if (hearing?.isLost === true) this.emit(NOT_HEARD);
    if (this.parts.listen === null && this.parts.answers) this.hintToType();
    // Whoever was told may have found the words to be the avatar's own.
    if (words === '' || this.toldItemId !== itemId || !this.parts.answers) return;
    this.noteWords(words);
    // A user who has gone on talking gets one answer to everything, after the last words.
    if (this.heardTurn === null) this.respond(`reply_${randomUUID()}`, null, true);
  }

  /** Words that wait for an answer; of too many the oldest are forgotten. */
  private noteWords(words: string): void {
    this.unanswered.push(words.slice(0, MAX_UNANSWERED_CHARACTERS));
    let characters = this.unanswered.reduce((sum, text) => sum + text.length, 0);
    while (characters > MAX_UNANSWERED_CHARACTERS || this.unanswered.length > MAX_UNANSWERED) {
      characters -= this.unanswered.shift()?.length ?? 0;
    }
  }

  private hintToType(): void {
    if (this.hasHinted) return;
    this.hasHinted = true;
    this.addTurn(`reply_${randomUUID()}`, true, () => ({ kind: 'speak', text: TYPE_INSTEAD }));
  }

  private respond(turnId: string, instructions: string | null, isUnasked: boolean): void {
    this.addTurn(turnId, isUnasked, () => {
      const input = this.brainInput(this.unanswered.splice(0), instructions);
      this.hasPicture = false;
      const { state, reply } = think(this.brain, input);
      this.brain = state;
      return reply;
    });
  }

  private brainInput(said: readonly string[], instructions: string | null): BrainInput {
    const words = said.join(' ').trim();
    return {
      ...{ words: words === '' ? null : words, instructions, hasPicture: this.hasPicture },
      ...{ config: this.config, now: this.parts.today() },
    };
  }

  /** The user pauses after these words. Should the turn end here, the beginning of the answer is ready. */
  private foresee(words: string): void {
    if (this.isClosed || words === '' || this.turns.length > 0 || !this.parts.answers) return;
    const { reply } = think(this.brain, this.brainInput([...this.unanswered, words], null));
    if (reply.kind !== 'speak') return;
    const { voice, language } = this.config;
    const [first] = clauseRequests(this.speaker, { text: reply.text, voice, language });
    if (first !== undefined) this.speaker.prepare(first.request);
  }

  private addTurn(id: string, isUnasked: boolean, compose: () => TurnContent): void {
    if (this.isClosed) return;
    if (this.turns.length > MAX_WAITING_TURNS) {
      this.emit({
        type: 'failed',
        category: 'rate-limit',
        retryable: true,
        message: 'Too many replies were asked for at once.',
      });
      this.emit({ type: 'turn-done', turnId: id });
      return;
    }
    this.turns.push({ id, aborter: new AbortController(), isUnasked, compose });
    void this.speakTurns();
  }

  private async speakTurns(): Promise<void> {
    if (this.isSpeaking) return;
    this.isSpeaking = true;
    for (let turn = this.turns[0]; turn !== undefined; turn = this.turns[0]) {
      await this.speakTurn(turn);
      const place = this.turns.indexOf(turn);
      if (place >= 0) this.turns.splice(place, 1);
    }
    this.isSpeaking = false;
  }

  private async speakTurn(turn: Turn): Promise<void> {
    const { signal } = turn.aborter;
    const emit = (event: VoiceEvent): void => {
      if (!signal.aborted) this.emit(event);
    };
    try {
      const content = turn.compose();
      if (turn.isUnasked) emit({ type: 'turn-started', turnId: turn.id });
      // Whoever was told may not want it.
      if (signal.aborted) return;
      if (content.kind === 'call-tool') this.callTool(turn.id, content, emit);
      const words = content.kind === 'call-tool' ? (content.words ?? '') : content.text;
      if (words !== '') await this.speak(turn, words, emit);
    } catch (error) {
      if (signal.aborted) return;
      const reason = errorMessage(error);
      this.parts.logger.error({ turnId: turn.id, reason }, 'The local voice could not finish a reply.');
      emit({
        type: 'failed',
        category: 'internal',
        retryable: true,
        message: `The local voice could not speak: ${reason}`,
      });
    }
    emit({ type: 'turn-done', turnId: turn.id });
  }

  private async speak(turn: Turn, text: string, emit: (event: VoiceEvent) => void): Promise<void> {
    const spoken = speakablePart(text);
    if (spoken.length < text.length) {
      const fields = { turnId: turn.id, characters: text.length, spokenCharacters: spoken.length };
      this.parts.logger.warn(fields, 'A text was too long to be spoken whole; its end is left out.');
    }
    this.brain = { ...remember(this.brain, [{ role: 'assistant', text: spoken, turnId: turn.id }]), hasGreeted: true };
    const { voice, language } = this.config;
    await speakText(this.speaker, { turnId: turn.id, text: spoken, voice, language }, turn.aborter.signal, emit);
  }

  private callTool(
    turnId: string,
    call: { name: string; argumentsJson: string },
    emit: (event: VoiceEvent) => void,
  ): void {
    const callId = `call_${randomUUID()}`;
    this.brain = rememberCall(this.brain, { callId, name: call.name });
    emit({ type: 'tool-call-delta', turnId, callId, name: call.name, delta: call.argumentsJson });
    emit({ type: 'tool-call-done', turnId, callId, name: call.name, argumentsJson: call.argumentsJson });
  }

  private cancel(turnId: string, heardText: string): void {
    this.brain = keepOnlyHeard(this.brain, turnId, heardText);
    const place = this.turns.findIndex((turn) => turn.id === turnId);
    if (place < 0) return;
    this.turns[place]?.aborter.abort();
    // The first one is taken away by the loop that speaks it.
    if (place > 0) this.turns.splice(place, 1);
  }
}
