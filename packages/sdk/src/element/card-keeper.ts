import type { AvatarAttributes } from './avatar-attributes.ts';
import { type CardAnswer, cardWish, fetchCard } from './avatar-card.ts';

/** Keeps the card of the avatar that the element names, and asks again when another one is named. */
export class CardKeeper {
  /** `unsure` until the server has answered. */
  answer: CardAnswer = 'unsure';
  readonly #onAnswer: () => void;
  #wish = '';
  #asking: AbortController | null = null;

  constructor(onAnswer: () => void) {
    this.#onAnswer = onAnswer;
  }

  /** Attributes are often set one by one: the last word of a task counts. */
  follow(attributes: AvatarAttributes, defaultServer: string | undefined): void {
    const wish = cardWish(attributes, defaultServer);
    const text = JSON.stringify(wish);
    if (text === this.#wish) return;
    this.#wish = text;
    this.#asking?.abort();
    this.answer = 'unsure';
    if (wish.avatar === '') return;
    const asking = new AbortController();
    this.#asking = asking;
    const isCurrent = () => !asking.signal.aborted;
    queueMicrotask(() => {
      if (!isCurrent()) return;
      fetchCard(wish, asking.signal).then(
        (answer) => {
          if (!isCurrent()) return;
          this.answer = answer;
          this.#onAnswer();
        },
        // The call itself will say why the server cannot be reached.
        () => undefined,
      );
    });
  }
}
