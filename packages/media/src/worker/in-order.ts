type Numbered = {
  readonly callId: number;
  /** 0 for the first message of a call, 1 for the next, whichever way each of them goes. */
  readonly sequence: number;
};

/** What is expected of a call, and what came before its turn. */
type Inbox<Message> = { next: number; readonly waiting: Map<number, Message> };

/**
 * The messages of each call in the order in which they were written, though sound and commands come by different ways. Nothing is
 * lost on either way, so that what waits is what is on its way meanwhile.
 */
export class InOrder<Message extends Numbered> {
  readonly #handle: (message: Message) => void;
  readonly #inboxes = new Map<number, Inbox<Message>>();
  /** First messages come in the order of the calls' numbers: a call up to this one that has no inbox is over. */
  #newest = -1;

  constructor(handle: (message: Message) => void) {
    this.#handle = handle;
  }

  take(message: Message): void {
    const { callId, sequence } = message;
    const inbox = this.#inboxes.get(callId) ?? this.#open(callId);
    if (sequence === 0) this.#newest = Math.max(this.#newest, callId);
    if (inbox === null) return;
    if (sequence !== inbox.next) {
      inbox.waiting.set(sequence, message);
      return;
    }
    let due: Message | undefined = message;
    while (due !== undefined) {
      inbox.next += 1;
      this.#handle(due);
      due = inbox.waiting.get(inbox.next);
      inbox.waiting.delete(inbox.next);
    }
  }

  /** The call is over: what still comes for it is dropped. */
  forget(callId: number): void {
    this.#inboxes.delete(callId);
  }

  #open(callId: number): Inbox<Message> | null {
    if (callId <= this.#newest) return null;
    const inbox = { next: 0, waiting: new Map<number, Message>() };
    this.#inboxes.set(callId, inbox);
    return inbox;
  }
}
