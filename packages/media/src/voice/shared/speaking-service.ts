import { WIRE_SAMPLE_RATE_HZ, wireSamplesToMs } from '../../core/audio-format.ts';
import type { VoiceEvent } from '../../core/voice-port.ts';
import type { ServiceWords } from '../cascade/cascade-failure.ts';
import type { Speaker, SpeakingConfig, TalkSpeaker, TurnSpeaker } from '../cascade/speaker.ts';
import type { CountUsage } from '../cascade/thinker.ts';
import { readMarkup } from '../text/read-markup.ts';
import { askService, brokenAnswer, partsOf, type Service } from './ask-service.ts';

/** A service that makes sound of text, a piece of a reply at a time. */
export type SpeakingService = {
  readonly service: Service;
  readonly words: ServiceWords;
  /** It is given up when it says nothing for so long, at the beginning or in between; 20 s when left out. */
  readonly patienceMs?: number | undefined;
  /** All that decides how the text sounds: two pieces of the same request sound the same. */
  requestOf(text: string, config: SpeakingConfig): SpeechRequest;
  /** As a mouth's. */
  readonly lackOf?: Speaker['lackOf'];
  /** Reads an answer of any length in the parts in which it comes. */
  read(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Spoken>;
};

type SpeechRequest = { readonly path: string; readonly body: string };

export type Spoken =
  /** PCM16 mono at 24 kHz. */
  | { readonly kind: 'sound'; readonly pcm: Int16Array<ArrayBuffer> }
  /** A word as it is shown, with the blank before it, and when it begins in the piece. Comes before its sound or with it. */
  | { readonly kind: 'word'; readonly text: string; readonly startMs: number };

const PATIENCE_MS = 20_000;
/** Ten minutes of a reply: more is never heard. */
const MAX_REPLY_SAMPLES = 600 * WIRE_SAMPLE_RATE_HZ;

/** A piece of a reply whose sound is under way. */
type Begun = { readonly key: string; readonly aborter: AbortController; readonly response: Promise<Response> };

/** The mouth of a cascade by such a service. Sound is handed on as it comes. */
export function serviceSpeaker(service: SpeakingService): Speaker {
  const { lackOf } = service;
  return { openTalk: (count) => new ServiceTalk(service, count), ...(lackOf === undefined ? {} : { lackOf }) };
}

class ServiceTalk implements TalkSpeaker {
  readonly #service: SpeakingService;
  readonly #count: CountUsage;
  #prepared: Begun | null = null;

  constructor(service: SpeakingService, count: CountUsage) {
    this.#service = service;
    this.#count = count;
  }

  prepare(text: string, config: SpeakingConfig): void {
    const shown = shownOf(text);
    const request = this.#service.requestOf(shown, config);
    if (this.#prepared?.key === keyOf(request)) return;
    this.forget();
    this.#prepared = this.#begin(shown, request);
  }

  forget(): void {
    this.#prepared?.aborter.abort();
    this.#prepared = null;
  }

  beginTurn(turnId: string, emit: (event: VoiceEvent) => void): TurnSpeaker {
    let samples = 0;
    let textBefore = '';
    const { words, patienceMs = PATIENCE_MS } = this.#service;
    return {
      speak: async (text, config, signal) => {
        const shown = shownOf(text);
        if (!/[\p{L}\p{N}]/u.test(shown)) return;
        const begun = this.#take(shown, this.#service.requestOf(shown, config));
        const onAbort = (): void => begun.aborter.abort();
        signal.addEventListener('abort', onAbort, { once: true });
        try {
          const response = await begun.response;
          const gap = gapBetween(textBefore, text);
          textBefore = text;
          const captions = new Captions(gap + shown, wireSamplesToMs(samples), (text, audioStartMs) =>
            emit({ type: 'text-delta', turnId, text, audioStartMs }),
          );
          for await (const spoken of this.#service.read(partsOf(response, { words, patienceMs }))) {
            if (spoken.kind === 'word') {
              captions.tell(spoken);
              continue;
            }
            captions.begin();
            samples += spoken.pcm.length;
            emit({ type: 'audio', turnId, pcm: spoken.pcm });
            if (samples > MAX_REPLY_SAMPLES) break;
          }
          captions.end();
        } catch (error) {
          if (!signal.aborted) throw brokenAnswer(words, error);
        } finally {
          signal.removeEventListener('abort', onAbort);
        }
      },
    };
  }

  #take(shown: string, request: SpeechRequest): Begun {
    const prepared = this.#prepared;
    this.#prepared = null;
    if (prepared?.key === keyOf(request)) return prepared;
    prepared?.aborter.abort();
    return this.#begin(shown, request);
  }

  /** Services count the characters that they are asked to speak, heard or not. */
  #begin(shown: string, request: SpeechRequest): Begun {
    this.#count({ characters: [...shown].length });
    const aborter = new AbortController();
    const { service, words, patienceMs = PATIENCE_MS } = this.#service;
    const { path, body } = request;
    const response = askService(service, path, { words, body, signal: aborter.signal, patienceMs });
    // Who takes it is told; of one that nobody takes it does not matter.
    response.catch(() => {});
    return { key: keyOf(request), aborter, response };
  }
}

/**
 * The words of a piece as they are shown, each once: with the times that the service tells of them, or the whole piece as its sound
 * begins. A service that says something else than it was asked to (numbers as words) is shown as what was written.
 */
class Captions {
  #rest: string;
  #isTimed = false;
  readonly #startMs: number;
  readonly #show: (text: string, audioStartMs: number) => void;
  #lastMs = 0;

  constructor(text: string, startMs: number, show: (text: string, audioStartMs: number) => void) {
    this.#rest = text;
    this.#startMs = startMs;
    this.#show = show;
  }

  tell({ text, startMs }: { readonly text: string; readonly startMs: number }): void {
    const end = endOfWord(this.#rest, text.trim());
    if (end === null) return;
    this.#isTimed = true;
    this.#take(end, startMs);
  }

  /** Sound comes. */
  begin(): void {
    if (!this.#isTimed) this.#take(this.#rest.length, 0);
  }

  end(): void {
    this.#take(this.#rest.length, this.#lastMs);
  }

  #take(length: number, startMs: number): void {
    this.#lastMs = Math.max(this.#lastMs, startMs);
    const text = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    if (text !== '') this.#show(text, Math.round(this.#startMs + this.#lastMs));
  }
}

/** A word that stands further on is another one: what was said was not written like that. */
const MAX_SKIPPED_CHARACTERS = 24;

/** Where the next such word ends; null: it is not near. */
function endOfWord(text: string, word: string): number | null {
  if (word === '') return null;
  for (let at = text.indexOf(word); at >= 0 && at <= MAX_SKIPPED_CHARACTERS; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    const isCut = isInWord(text.slice(0, at), text.slice(at)) || isInWord(text.slice(0, end), text.slice(end));
    if (!isCut) return end;
  }
  return null;
}

/** A word goes on from the one to the other. */
function isInWord(before: string, after: string): boolean {
  return /[\p{L}\p{N}]$/u.test(before) && /^[\p{L}\p{N}]/u.test(after) && !UNSPACED.test(before);
}

/** Ends with a sign of a script that has no blanks between its words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]$/u;

/** What is shown between two pieces of a reply: a blank, unless none was written and none is usual there. */
function gapBetween(before: string, text: string): string {
  if (before === '') return '';
  const isWritten = /\s$/.test(before) || /^\s/.test(text);
  return isWritten || !/[。！？｡，；、：」』”’）…\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u.test(before)
    ? ' '
    : '';
}

function keyOf({ path, body }: SpeechRequest): string {
  return `${path} ${body}`;
}

function shownOf(text: string): string {
  return readMarkup(text).text.trim();
}
