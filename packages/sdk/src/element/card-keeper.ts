import type { AvatarAttributes } from './avatar-attributes.ts';
import { type CardAnswer, type CardWish, cardWish, fetchCard } from './avatar-card.ts';

/** A server that takes longer is not waited for. */
const answerWithinMs = 15_000;

/** Keeps the card of the avatar that the element names, and asks again when another one is named. */
export class CardKeeper {
  /** `unsure` until the server has answered. */
  answer: CardAnswer = 'unsure';
  readonly #onAnswer: () => void;
  /** Null: no avatar is named. */
  #wish: CardWish | null = null;
  #wishText = '';
  #asking: { readonly controller: AbortController; readonly done: Promise<void> } | null = null;

  constructor(onAnswer: () => void) {
    this.#onAnswer = onAnswer;
  }

  /** Attributes are often set one by one: the last word of a task counts. */
  follow(attributes: AvatarAttributes, defaultServer: string | undefined): void {
    const wish = cardWish(attributes, defaultServer);
    const text = JSON.stringify(wish);
    if (text === this.#wishText) return;
    this.#wishText = text;
    this.#wish = wish.avatar === '' ? null : wish;
    this.#asking?.controller.abort();
    this.#asking = null;
    this.answer = 'unsure';
    queueMicrotask(() => {
      if (text === this.#wishText) void this.askAgain();
    });
  }

  /** Asks where no card is known: the avatar may be there by now. Resolves when there is an answer, or another one is named. */
  askAgain(): Promise<void> {
    if (this.#wish === null || typeof this.answer === 'object') return Promise.resolve();
    if (this.#asking !== null) return this.#asking.done;
    const controller = new AbortController();
    const done = this.#ask(this.#wish, controller);
    this.#asking = { controller, done };
    return done;
  }

  async #ask(wish: CardWish, controller: AbortController): Promise<void> {
    const timer = setTimeout(() => controller.abort(), answerWithinMs);
    // The call itself will say why the server cannot be reached.
    const answer = await fetchCard(wish, controller.signal).catch(() => 'unsure' as const);
    clearTimeout(timer);
    if (this.#asking?.controller !== controller) return;
    this.#asking = null;
    this.answer = answer;
    this.#onAnswer();
  }
}
