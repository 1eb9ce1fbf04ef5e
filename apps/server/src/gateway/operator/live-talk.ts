import type { SessionCommand, SessionEvent } from '@visavis/media/session-events';
import { LIMITS } from '@visavis/protocol';
import type { AnswererChange, FollowedCall, LiveTalkView } from '../../ports.ts';
import { AnswerPieces } from './answer-pieces.ts';

type Line = LiveTalkView['lines'][number] & { readonly turnId: string | null };

export type UserWords = {
  readonly text: string;
  readonly inputType: 'text' | 'audio';
  /** False: the client asks for the answer by itself, if it wants one. */
  readonly wantsAnswer: boolean;
};

/** Answers of operators that may wait to be spoken, or be spoken. */
const MAX_OPEN_ANSWERS = 8;

/** What is known of a talk that goes on: what was said last, and who answers. */
export class LiveTalk {
  readonly call: FollowedCall;
  #pieces = new AnswerPieces();
  #lines: readonly Line[] = [];
  #nextLineId = 1;
  #answeredBy: 'voice' | 'operator' = 'voice';
  #canChange = true;
  /** Since when the user waits for an answer of an operator. */
  #waitsSince: Date | null = null;
  /** Answers that were given to the session and have not begun, and those that have. */
  #askedAnswers = 0;
  readonly #openAnswers = new Set<string>();

  constructor(call: FollowedCall) {
    this.call = call;
  }

  /** Of the answer that is being written; whoever answers next begins anew. */
  get pieces(): AnswerPieces {
    return this.#pieces;
  }

  get isOperated(): boolean {
    return this.#answeredBy === 'operator';
  }

  /** Its voice can answer. */
  get canGiveBack(): boolean {
    return this.#canChange;
  }

  get hasRoom(): boolean {
    return this.#askedAnswers + this.#openAnswers.size < MAX_OPEN_ANSWERS;
  }

  view(): LiveTalkView {
    const { sessionId, avatar, startedAt } = this.call;
    return {
      sessionId,
      avatarId: avatar.avatarId,
      avatarName: avatar.name,
      startedAt,
      answeredBy: this.#answeredBy,
      canGiveBack: this.#canChange,
      waitsSince: this.#waitsSince,
      lines: this.#lines.map(({ turnId: _, ...line }) => line),
    };
  }

  takeOver(): AnswererChange {
    if (this.isOperated) return 'unchanged';
    this.call.command({ type: 'answer-by', by: 'operator' });
    return 'changed';
  }

  giveBack(): AnswererChange {
    if (!this.isOperated) return 'unchanged';
    if (!this.#canChange) return 'impossible';
    this.call.command({ type: 'answer-by', by: 'voice' });
    return 'changed';
  }

  say(text: string): void {
    this.#waitsSince = null;
    this.#askedAnswers += 1;
    this.call.command({ type: 'say', text: text.toWellFormed(), by: 'operator' });
  }

  /** What the user has said, by this command or event; null: nothing. */
  saidBy(input: SessionCommand | SessionEvent): UserWords | null {
    if (input.type !== 'user-text' && input.type !== 'user-transcript-done') return null;
    const text = input.text.trim();
    if (text === '') return null;
    return input.type === 'user-text'
      ? { text, inputType: 'text', wantsAnswer: input.reply }
      : { text, inputType: 'audio', wantsAnswer: true };
  }

  noteUser(text: string, at: Date): void {
    this.#add({ role: 'user', by: null, text, isOpen: false, turnId: null });
    if (this.isOperated) this.#waitsSince ??= at;
  }

  /** True where what is shown of the talk has changed. */
  noteEvent(event: SessionEvent): boolean {
    switch (event.type) {
      case 'answered-by':
        if (this.#answeredBy !== event.by) this.#pieces = new AnswerPieces();
        this.#answeredBy = event.by;
        this.#canChange = event.canChange;
        if (event.by === 'voice') this.#waitsSince = null;
        return true;
      case 'reply-started':
        this.#add({ role: 'assistant', by: event.by ?? null, text: '', isOpen: true, turnId: event.turnId });
        if (event.by === undefined) return false;
        this.#askedAnswers = Math.max(0, this.#askedAnswers - 1);
        this.#openAnswers.add(event.turnId);
        return false;
      case 'reply-text-delta':
        return this.#change(event.turnId, (line) => ({ ...line, text: line.text + event.text }));
      case 'reply-text-done':
        return this.#change(event.turnId, (line) => ({ ...line, text: event.text }));
      case 'reply-done': {
        const { turnId, interrupted, heardText } = event;
        this.#openAnswers.delete(turnId);
        this.#change(turnId, (line) => ({ ...line, text: interrupted ? heardText : line.text, isOpen: false }));
        this.#lines = this.#lines.filter((line) => line.turnId !== turnId || line.text.trim() !== '');
        return true;
      }
      case 'failed':
        this.#askedAnswers = 0;
        return false;
      default:
        return false;
    }
  }

  #add(line: Omit<Line, 'lineId'>): void {
    const text = line.text.slice(0, LIMITS.characters.shownLine);
    this.#lines = [...this.#lines, { ...line, text, lineId: this.#nextLineId }].slice(-LIMITS.counts.shownLines);
    this.#nextLineId += 1;
  }

  #change(turnId: string, change: (line: Line) => Line): boolean {
    this.#lines = this.#lines.map((line) => {
      if (line.turnId !== turnId) return line;
      const changed = change(line);
      return { ...changed, text: changed.text.slice(0, LIMITS.characters.shownLine) };
    });
    return true;
  }
}
