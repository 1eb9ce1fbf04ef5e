import type { WebSocket } from 'ws';
import { msToWireSamples } from '../../../core/audio-format.ts';
import {
  clientMessageSchema,
  type ReceivedContent,
  type ReceivedMessage,
  type ReceivedSetup,
} from './client-message-schema.ts';

/** Words per piece of a reply, and the sound that goes with each. */
const PIECE_MS = 200;
const PIECE_EVERY_MS = 10;

export type LiveBehaviour = {
  /** What the user is said to have said; empty: it was no speech. */
  transcript: string;
  /** The words of the user come so long after the answer to them has begun. */
  lateTranscriptMs: number;
  /** Nothing is generated any more. */
  isMute: boolean;
  /** Replies stop after their first piece. */
  stalls: boolean;
  /** The words of a reply come when it is over. */
  lateWords: boolean;
  /** Ends the next turn with this reason, and nothing else. */
  refusal: string | null;
  /** Takes the settings of a connection and never confirms them. */
  neverBegins: boolean;
};

export const USUAL_BEHAVIOUR: LiveBehaviour = {
  transcript: 'Hello there.',
  lateTranscriptMs: 0,
  isMute: false,
  stalls: false,
  lateWords: false,
  refusal: null,
  neverBegins: false,
};

/** The service's side of one connection: a fixed talker with the published messages and order. */
export class ScriptedLiveConnection {
  readonly received: ReceivedMessage[] = [];
  /** Messages that the published interface does not have, or that come when none may. */
  readonly mistakes: string[] = [];
  setup: ReceivedSetup | null = null;
  /** What the session knows. */
  readonly contents: ReceivedContent[] = [];
  readonly key: string | null;
  readonly #socket: WebSocket;
  readonly #behaviour: LiveBehaviour;
  readonly #takesHandle: (handle: string) => boolean;
  #awaitsHistory = false;
  #isActive = false;
  #heardBytes = 0;
  #pictures = 0;
  #calls = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    socket: WebSocket,
    behaviour: LiveBehaviour,
    key: string | null,
    takesHandle: (handle: string) => boolean,
  ) {
    this.#socket = socket;
    this.#behaviour = behaviour;
    this.#takesHandle = takesHandle;
    this.key = key;
    socket.on('message', (data) => this.#receive(data.toString()));
    socket.on('close', () => this.#stop());
  }

  get texts(): string[] {
    return this.contents.map(({ role, parts }) => `${role}: ${parts.map(({ text }) => text).join(' ')}`);
  }

  of<Field extends 'setup' | 'clientContent' | 'realtimeInput' | 'toolResponse'>(field: Field) {
    return this.received.filter(
      (message): message is Extract<ReceivedMessage, Record<Field, unknown>> => field in message,
    );
  }

  /** The service sends its JSON in binary frames. */
  emit(message: Record<string, unknown>): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(Buffer.from(JSON.stringify(message)));
  }

  /** Cuts the connection as a network does. */
  drop(): void {
    this.#socket.terminate();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  giveHandle(newHandle: string): void {
    this.emit({ sessionResumptionUpdate: { newHandle, resumable: true } });
  }

  #receive(data: string): void {
    const parsed = clientMessageSchema.safeParse(JSON.parse(data));
    if (!parsed.success) {
      this.mistakes.push(`${data.slice(0, 300)}: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`);
      this.close(1007, 'Request contains an invalid argument.');
      return;
    }
    this.received.push(parsed.data);
    this.#handle(parsed.data);
  }

  #handle(message: ReceivedMessage): void {
    if ('setup' in message) {
      this.#begin(message.setup);
      return;
    }
    if (this.setup === null) this.mistakes.push('a message before the setup was complete');
    if (this.#awaitsHistory && !('clientContent' in message)) this.mistakes.push('a message before the history');
    if ('clientContent' in message) this.#takeContent(message.clientContent);
    else if ('toolResponse' in message) this.#takeResponses(message.toolResponse.functionResponses);
    else this.#takeInput(message.realtimeInput);
  }

  #begin(setup: ReceivedSetup): void {
    const { handle } = setup.sessionResumption;
    if (handle !== undefined && !this.#takesHandle(handle)) {
      this.close(1007, 'Request contains an invalid argument.');
      return;
    }
    this.setup = setup;
    if (this.#behaviour.neverBegins) return;
    this.#awaitsHistory = setup.historyConfig !== undefined;
    this.emit({ setupComplete: {} });
  }

  #takeContent({
    turns = [],
    turnComplete,
  }: {
    turns?: readonly ReceivedContent[] | undefined;
    turnComplete: boolean;
  }): void {
    this.contents.push(...turns);
    if (!turnComplete) return;
    if (this.#awaitsHistory) {
      this.#awaitsHistory = false;
      return;
    }
    this.#interrupt();
    this.#answer(this.#lastWords());
  }

  #takeResponses(responses: readonly { name: string; response: Record<string, unknown>; scheduling: string }[]): void {
    const said = responses.map(({ name, response }) => `${name} says ${JSON.stringify(response.output)}`).join(', ');
    this.contents.push({ role: 'user', parts: [{ text: said }] });
    if (responses.some(({ scheduling }) => scheduling !== 'SILENT')) this.#answer(said);
  }

  #takeInput(input: Extract<ReceivedMessage, { realtimeInput: unknown }>['realtimeInput']): void {
    if ('audio' in input) {
      if (!this.#isActive) this.mistakes.push('sound outside of an activity');
      this.#heardBytes += Buffer.from(input.audio.data, 'base64').length;
    } else if ('video' in input) this.#pictures += 1;
    else if ('activityStart' in input) {
      if (this.#isActive) this.mistakes.push('two beginnings of an activity');
      this.#isActive = true;
      this.#heardBytes = 0;
      this.#interrupt();
    } else this.#endActivity();
  }

  #endActivity(): void {
    if (!this.#isActive) this.mistakes.push('the end of no activity');
    this.#isActive = false;
    const { transcript, lateTranscriptMs } = this.#behaviour;
    if (transcript === '' || this.#heardBytes < 16_000) return;
    this.contents.push({ role: 'user', parts: [{ text: transcript }] });
    const tellWords = (): void => {
      for (const text of transcript.split(/(?<=\s)/)) this.emit({ serverContent: { inputTranscription: { text } } });
    };
    if (lateTranscriptMs === 0) tellWords();
    else setTimeout(tellWords, lateTranscriptMs);
    this.#answer(transcript);
  }

  #lastWords(): string {
    const words = this.contents.at(-1)?.parts.at(-1)?.text ?? '';
    if (words === '[Please speak now.]' && this.#pictures > 0) return 'a picture';
    return /^Say exactly[^\n]*\n\n([\s\S]*)$/.exec(words)?.[1] ?? words;
  }

  #answer(words: string): void {
    const { isMute, refusal } = this.#behaviour;
    if (isMute) return;
    if (refusal !== null) {
      this.emit({ serverContent: { turnComplete: true, turnCompleteReason: refusal } });
      return;
    }
    const tool = this.setup?.tools?.[0]?.functionDeclarations[0];
    if (tool !== undefined && words.includes('weather?')) {
      this.#calls += 1;
      this.emit({
        toolCall: { functionCalls: [{ id: `call_${this.#calls}`, name: tool.name, args: { city: 'Paris' } }] },
      });
      this.emit({ serverContent: { turnComplete: true } });
      return;
    }
    const isSaid = /^Say exactly/.test(this.contents.at(-1)?.parts.at(-1)?.text ?? '');
    this.#talk(isSaid ? words : `You gave me this: ${words}`);
  }

  #talk(text: string): void {
    const words = text.split(/(?<=\s)/);
    const pieces = words.flatMap((_, at) => (at % 3 === 0 ? [words.slice(at, at + 3).join('')] : []));
    const late: string[] = [];
    this.contents.push({ role: 'model', parts: [{ text }] });
    this.#timer = setInterval(() => {
      const piece = pieces.shift();
      if (piece === undefined) {
        this.#stop();
        this.emit({ serverContent: { generationComplete: true } });
        for (const words of late) this.emit({ serverContent: { outputTranscription: { text: words } } });
        this.emit({
          serverContent: { turnComplete: true },
          usageMetadata: { promptTokenCount: 12, responseTokenCount: 34 },
        });
        return;
      }
      const inlineData = { mimeType: 'audio/pcm;rate=24000', data: tone() };
      const transcription = this.#behaviour.lateWords ? {} : { outputTranscription: { text: piece } };
      if (this.#behaviour.lateWords) late.push(piece);
      this.emit({ serverContent: { modelTurn: { role: 'model', parts: [{ inlineData }] }, ...transcription } });
      if (this.#behaviour.stalls) this.#stop();
    }, PIECE_EVERY_MS);
  }

  #interrupt(): void {
    if (this.#timer === null) return;
    this.#stop();
    this.emit({ serverContent: { interrupted: true } });
    this.emit({ serverContent: { turnComplete: true } });
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

function tone(): string {
  const pcm = Int16Array.from({ length: msToWireSamples(PIECE_MS) }, (_, n) => Math.round(6000 * Math.sin(n / 20)));
  return Buffer.from(pcm.buffer).toString('base64');
}
