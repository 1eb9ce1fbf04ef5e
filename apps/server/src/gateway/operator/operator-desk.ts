import { randomUUID } from 'node:crypto';
import type { SessionCommand, SessionEvent } from '@visavis/media/session-events';
import { LIMITS } from '@visavis/protocol';
import { type OperatorMessage, writeUserText } from '@visavis/protocol/schemas';
import type { CallFollower, FollowedCall, LiveTalks, LiveTalkView, Logger } from '../../ports.ts';
import { awaySentence } from './away-sentences.ts';
import { Changes } from './changes.ts';
import { LiveTalk } from './live-talk.ts';
import type { BusListener, OperatorBus } from './operator-bus.ts';
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

  changed(projectId: string, version: number, limitMs: number, signal: AbortSignal): Promise<void> {
    return this.#changes.next(projectId, version, limitMs, signal);
  }

  notePage(projectId: string): void {
    this.#presence.notePage(projectId);
  }

  takeOver(projectId: string, sessionId: string): boolean {
    const desk = this.#find(projectId, sessionId);
    desk?.talk.takeOver();
    return desk !== null;
  }

  giveBack(projectId: string, sessionId: string): boolean {
    const desk = this.#find(projectId, sessionId);
    if (desk === null) return false;
    this.#rest(desk);
    desk.talk.giveBack();
    return true;
  }

  /** Whoever answers takes the talk over. */
  answer(projectId: string, sessionId: string, text: string): 'spoken' | 'busy' | 'gone' {
    const desk = this.#find(projectId, sessionId);
    if (desk === null) return 'gone';
    if (!desk.talk.hasRoom) return 'busy';
    desk.talk.takeOver();
    this.#say(desk, text);
    return 'spoken';
  }

  presence(projectId: string, isOnline: boolean): void {
    const before = this.#presence.isOperatorThere(projectId);
    this.#presence.note(projectId, isOnline);
    if (before !== isOnline) this.#changes.note(projectId);
  }

  message(projectId: string, sessionId: string, message: Exclude<OperatorMessage, { kind: 'presence' }>): void {
    const desk = this.#find(projectId, sessionId);
    // Who writes is there, whatever his presence says.
    this.presence(projectId, true);
    if (desk === null || !desk.talk.isOperated) return;
    const { pieces } = desk.talk;
    if (desk.pieceWait !== null) clearTimeout(desk.pieceWait);
    desk.pieceWait = null;
    if (message.kind === 'text') this.#say(desk, message.text);
    else if (message.kind === 'done') this.#say(desk, pieces.finish(message) ?? '');
    else {
      this.#say(desk, pieces.add(message) ?? '');
      if (desk.wait !== null) clearTimeout(desk.wait);
      if (pieces.isOpen)
        desk.pieceWait = setTimeout(() => this.#say(desk, pieces.finish() ?? ''), PIECE_WAIT_MS).unref();
    }
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
    const said = talk.saidBy(input);
    if (said !== null) this.#noteUser(desk, said);
    else if (!isEvent(input) || !talk.noteEvent(input)) return;
    this.#changes.note(talk.call.projectId);
  }

  #noteUser(desk: Desk, said: { readonly text: string; readonly inputType: 'text' | 'audio' }): void {
    const { talk } = desk;
    const at = new Date();
    talk.noteUser(said.text, at);
    if (!talk.isOperated) return;
    const { projectId, sessionId, avatar } = talk.call;
    const message = { projectId, sessionId, messageId: randomUUID(), avatarName: avatar.name, at, ...said };
    this.#bus?.tell(projectId, sessionId, writeUserText(message));
    if (!this.#presence.isAnybodyThere(projectId)) this.#tellAway(desk);
    else desk.wait ??= setTimeout(() => this.#tellAway(desk), this.#answerWaitMs).unref();
  }

  /** A voice that can answer does it then; otherwise the user is told. */
  #tellAway(desk: Desk): void {
    this.#rest(desk);
    const { call, canGiveBack } = desk.talk;
    if (canGiveBack) {
      desk.talk.giveBack();
      call.command({ type: 'respond' });
      return;
    }
    if (performance.now() - desk.awayToldAtMs < AWAY_AGAIN_MS) return;
    desk.awayToldAtMs = performance.now();
    call.report('operator-away', AWAY);
    call.command({ type: 'say', text: awaySentence(call.language) });
  }

  #say(desk: Desk, text: string): void {
    if (text.trim() === '') return;
    const { call, hasRoom } = desk.talk;
    if (!hasRoom || text.length > LIMITS.characters.spokenText) {
      this.#logger.warn({ sessionId: call.sessionId, characters: text.length }, 'An operator’s answer is left out');
      return;
    }
    if (desk.wait !== null) clearTimeout(desk.wait);
    desk.wait = null;
    desk.talk.say(text);
  }

  #rest(desk: Desk): void {
    for (const timer of [desk.wait, desk.pieceWait]) if (timer !== null) clearTimeout(timer);
    [desk.wait, desk.pieceWait] = [null, null];
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
