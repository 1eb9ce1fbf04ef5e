import { randomUUID } from 'node:crypto';
import type { SessionCommand, SessionEvent } from '@visavis/media/session-events';
import { LIMITS } from '@visavis/protocol';
import { type OperatorMessage, writeUserText } from '@visavis/protocol/schemas';
import type { AnswererChange, CallFollower, FollowedCall, LiveTalks, LiveTalkView, Logger } from '../../ports.ts';
import { awaySentence } from './away-sentences.ts';
import { Changes } from './changes.ts';
import { LiveTalk, type UserWords } from './live-talk.ts';
import type { BusListener, OperatorAnswer, OperatorBus } from './operator-bus.ts';
import { Presence } from './presence.ts';

/** Pieces of an answer whose end does not come are spoken after this time. */
const PIECE_WAIT_MS = 3000;
/** So often at most a user is told that nobody is there. */
const AWAY_AGAIN_MS = 20_000;
const AWAY = 'Nobody who could answer is there at the moment.';

export type OperatorDeskOptions = {
  /** How long a user waits for an operator who is there. */
  readonly answerWaitMs: number;
  readonly logger: Logger;
};

type Desk = {
  readonly talk: LiveTalk;
  wait: NodeJS.Timeout | null;
  pieceWait: NodeJS.Timeout | null;
  awayToldAtMs: number;
  /** The log knows that answers are left out in this talk. */
  hasWarned: boolean;
};

/**
 * Where the calls of this node meet the people who answer in them: operators over the broker, and members of a project at their
 * page. It follows every call, and has a say only in those that somebody has taken over or whose voice cannot answer.
 */
export class OperatorDesk implements BusListener, LiveTalks {
  readonly #answerWaitMs: number;
  readonly #logger: Logger;
  readonly #presence = new Presence(() => performance.now());
  readonly #changes = new Changes();
  readonly #desks = new Map<string, Desk>();
  #bus: OperatorBus | null = null;

  constructor({ answerWaitMs, logger }: OperatorDeskOptions) {
    this.#answerWaitMs = answerWaitMs;
    this.#logger = logger;
  }

  connect(bus: OperatorBus): void {
    this.#bus = bus;
  }

  follow(call: FollowedCall): CallFollower {
    const desk: Desk = {
      talk: new LiveTalk(call),
      wait: null,
      pieceWait: null,
      awayToldAtMs: Number.NEGATIVE_INFINITY,
      hasWarned: false,
    };
    this.#desks.set(call.sessionId, desk);
    this.#changes.note(call.projectId);
    return {
      event: (event) => this.#note(desk, event),
      command: (command) => this.#note(desk, command),
      ended: () => {
        this.#rest(desk);
        this.#desks.delete(call.sessionId);
        this.#changes.note(call.projectId);
      },
    };
  }

  list(projectId: string): { version: number; isOperatorThere: boolean; talks: readonly LiveTalkView[] } {
    const talks = [...this.#desks.values()].filter(({ talk }) => talk.call.projectId === projectId);
    return {
      version: this.#changes.version(projectId),
      isOperatorThere: this.#presence.isOperatorThere(projectId),
      talks: talks.slice(-LIMITS.counts.shownTalks).map(({ talk }) => talk.view()),
    };
  }

  changed(projectId: string, version: number, limitMs: number, signal: AbortSignal): Promise<boolean> {
    return this.#changes.next(projectId, version, limitMs, signal);
  }

  notePage(projectId: string): void {
    this.#presence.notePage(projectId);
  }

  takeOver(projectId: string, sessionId: string): AnswererChange | 'gone' {
    return this.#find(projectId, sessionId)?.talk.takeOver() ?? 'gone';
  }

  giveBack(projectId: string, sessionId: string): AnswererChange | 'gone' {
    const desk = this.#find(projectId, sessionId);
    if (desk === null) return 'gone';
    const change = desk.talk.giveBack();
    if (change === 'changed') this.#rest(desk);
    return change;
  }

  /** Whoever answers takes the talk over. */
  answer(projectId: string, sessionId: string, text: string): 'spoken' | 'taken-over' | 'busy' | 'gone' {
    const desk = this.#find(projectId, sessionId);
    if (desk === null) return 'gone';
    if (!desk.talk.hasRoom) return 'busy';
    const change = desk.talk.takeOver();
    this.#say(desk, text);
    return change === 'changed' ? 'taken-over' : 'spoken';
  }

  presence(projectId: string, isOnline: boolean, operatorId: string | null): void {
    const before = this.#presence.isOperatorThere(projectId);
    this.#presence.note(projectId, isOnline, operatorId);
    if (before !== this.#presence.isOperatorThere(projectId)) this.#changes.note(projectId);
  }

  message(projectId: string, sessionId: string, message: OperatorAnswer, operatorId: string | null): void {
    const desk = this.#find(projectId, sessionId);
    // Who writes is there, whatever his presence says.
    this.presence(projectId, true, operatorId);
    if (desk === null || !desk.talk.isOperated) return;
    if (message.kind === 'text') this.#say(desk, message.text);
    else if (message.kind === 'delta') this.#takePiece(desk, message);
    else this.#say(desk, desk.talk.pieces.finish(message) ?? '');
  }

  async close(): Promise<void> {
    for (const desk of this.#desks.values()) this.#rest(desk);
    this.#changes.close();
    await this.#bus?.close();
  }

  #find(projectId: string, sessionId: string): Desk | null {
    const desk = this.#desks.get(sessionId);
    return desk?.talk.call.projectId === projectId ? desk : null;
  }

  #note(desk: Desk, input: SessionEvent | SessionCommand): void {
    const { talk } = desk;
    if (input.type === 'answered-by') this.#rest(desk);
    const said = talk.saidBy(input);
    if (said !== null) this.#noteUser(desk, said);
    else if (!isEvent(input) || !talk.noteEvent(input)) return;
    this.#changes.note(talk.call.projectId);
  }

  #noteUser(desk: Desk, { wantsAnswer, ...said }: UserWords): void {
    const { talk } = desk;
    const at = new Date();
    talk.noteUser(said.text, at);
    if (!talk.isOperated) return;
    const { projectId, sessionId, avatar } = talk.call;
    const message = { projectId, sessionId, messageId: randomUUID(), avatarName: avatar.name, at, ...said };
    this.#bus?.tell(projectId, sessionId, writeUserText(message));
    if (!this.#presence.isAnybodyThere(projectId)) this.#tellAway(desk, wantsAnswer);
    else desk.wait ??= this.#startWait(desk);
  }

  /** How long the user waits for an operator. Until then his client's own wish for an answer was nobody's to fulfil. */
  #startWait(desk: Desk): NodeJS.Timeout {
    return setTimeout(() => this.#tellAway(desk, true), this.#answerWaitMs).unref();
  }

  /**
   * A voice that can answer does it then; otherwise the user is told. The session has passed over the wish for an answer that
   * came with the user's words, since it was the operator's talk.
   */
  #tellAway(desk: Desk, wantsAnswer: boolean): void {
    this.#endWait(desk);
    const { call } = desk.talk;
    if (desk.talk.giveBack() === 'changed') {
      if (wantsAnswer) call.command({ type: 'respond' });
      return;
    }
    if (performance.now() - desk.awayToldAtMs < AWAY_AGAIN_MS) return;
    desk.awayToldAtMs = performance.now();
    call.report('operator-away', AWAY);
    call.command({ type: 'say', text: awaySentence(call.language) });
  }

  /** While an answer grows the user waits for the rest of it, and not endlessly. */
  #takePiece(desk: Desk, piece: Extract<OperatorMessage, { kind: 'delta' }>): void {
    const { pieces } = desk.talk;
    const { counted } = pieces;
    this.#say(desk, pieces.add(piece) ?? '');
    if (pieces.counted === counted) return;
    const isAwaited = desk.wait !== null;
    this.#endWait(desk);
    if (isAwaited) desk.wait = this.#startWait(desk);
    if (desk.pieceWait !== null) clearTimeout(desk.pieceWait);
    desk.pieceWait = setTimeout(() => {
      desk.pieceWait = null;
      this.#say(desk, pieces.flush() ?? '');
    }, PIECE_WAIT_MS).unref();
  }

  /** What is left out is no answer: the user still waits for one. */
  #say(desk: Desk, text: string): void {
    if (text.trim() === '') return;
    const { call, hasRoom } = desk.talk;
    if (!hasRoom || text.length > LIMITS.characters.spokenText) {
      const fields = { sessionId: call.sessionId, characters: text.length };
      if (!desk.hasWarned) this.#logger.warn(fields, 'Answers of an operator are left out');
      desk.hasWarned = true;
      return;
    }
    this.#endWait(desk);
    desk.talk.say(text);
  }

  #endWait(desk: Desk): void {
    if (desk.wait !== null) clearTimeout(desk.wait);
    desk.wait = null;
  }

  #rest(desk: Desk): void {
    this.#endWait(desk);
    if (desk.pieceWait !== null) clearTimeout(desk.pieceWait);
    desk.pieceWait = null;
  }
}

function isEvent(input: SessionEvent | SessionCommand): input is SessionEvent {
  switch (input.type) {
    case 'answered-by':
    case 'reply-started':
    case 'reply-text-delta':
    case 'reply-text-done':
    case 'reply-done':
    case 'failed':
      return true;
    default:
      return false;
  }
}
