import { type LookUp, type Passage, passagesNote, sourceOf } from '../core/passages.ts';
import type { VoiceEvent, VoiceInput, VoiceSession } from '../core/voice-port.ts';

/** What came while something was being looked up; more is not waited for. */
const MAX_WAITING = 100;

/**
 * A voice that thinks elsewhere, and is told ahead of its answer what is known of the words that were typed. What is spoken it
 * answers before anybody else has the words: then it has a tool.
 */
export class NotedVoice implements VoiceSession {
  readonly #voice: VoiceSession;
  readonly #lookUp: LookUp;
  readonly #listener: (event: VoiceEvent) => void;
  #typed: string[] = [];
  /** Inputs behind an answer that waits for its note; null: none does. */
  #waiting: VoiceInput[] | null = null;
  #isClosed = false;

  constructor(voice: VoiceSession, lookUp: LookUp, listener: (event: VoiceEvent) => void) {
    this.#voice = voice;
    this.#lookUp = lookUp;
    this.#listener = listener;
  }

  send(input: VoiceInput): void {
    if (this.#waiting !== null && input.type !== 'audio' && this.#waiting.length < MAX_WAITING) {
      this.#waiting.push(input);
      return;
    }
    if (input.type === 'text') this.#typed.push(input.text);
    if (input.type !== 'respond' || this.#typed.length === 0) {
      this.#voice.send(input);
      return;
    }
    const words = this.#typed.splice(0).join('\n');
    this.#waiting = [];
    void this.#lookUp(words).then((passages) => this.#answer(input, passages));
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#voice.close();
  }

  #answer(respond: Extract<VoiceInput, { type: 'respond' }>, passages: readonly Passage[]): void {
    if (this.#isClosed) return;
    const { turnId } = respond;
    if (passages.length > 0) {
      this.#voice.send({ type: 'history', items: [{ role: 'system', text: passagesNote(passages) }] });
      this.#listener({ type: 'turn-sources', turnId, sources: passages.map(sourceOf) });
    }
    this.#voice.send(respond);
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const input of waiting) this.send(input);
  }
}
