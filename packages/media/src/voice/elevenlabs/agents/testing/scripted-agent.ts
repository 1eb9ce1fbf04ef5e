import type { WebSocket } from 'ws';
import { clientMessageSchema, type ReceivedMessage, type TypedMessage } from './client-message-schema.ts';

export type AgentBehaviour = {
  userFormat: string;
  agentFormat: string;
  /** What the user is said to have said. */
  transcript: string;
  /** Sends `vad_score` and `tentative_user_transcript`, which agents do where they are set to. */
  tellsSpeech: boolean;
  /** Sends times of characters. */
  isTimed: boolean;
  /** Sends the words of a reply behind its first sound. */
  isOutOfOrder: boolean;
  /** Between two pieces of sound. */
  pieceEveryMs: number;
  /** Takes words of the user and never answers. */
  isMute: boolean;
  /** Says nothing at all. */
  isDead: boolean;
  /** Ends the conversation in place of beginning it. */
  refusal: { readonly code: number; readonly reason: string } | null;
};

export const USUAL_BEHAVIOUR: AgentBehaviour = {
  userFormat: 'pcm_16000',
  agentFormat: 'pcm_16000',
  transcript: 'Hello there.',
  tellsSpeech: true,
  isTimed: true,
  isOutOfOrder: false,
  pieceEveryMs: 10,
  isMute: false,
  isDead: false,
  refusal: null,
};

const PIECE_MS = 200;
const LOUD = 1000;
const SILENCE_MS = 200;

type Saying = { readonly whole: string; readonly pieces: string[]; readonly timer: NodeJS.Timeout; said: string };

/** The agent's side of one talk, with the published messages. */
export class ScriptedAgent {
  readonly received: ReceivedMessage[] = [];
  /** Messages that are not published. */
  readonly mistakes: string[] = [];
  readonly #socket: WebSocket;
  readonly #behaviour: AgentBehaviour;
  #eventId = 0;
  #saying: Saying | null = null;
  #isHearing = false;
  #silentMs = 0;

  constructor(socket: WebSocket, behaviour: AgentBehaviour) {
    this.#socket = socket;
    this.#behaviour = behaviour;
    socket.on('message', (data) => this.#receive(String(data)));
    socket.on('close', () => this.#stop());
  }

  of<Type extends TypedMessage['type']>(type: Type): Extract<TypedMessage, { type: Type }>[] {
    return this.received.filter(
      (message): message is Extract<TypedMessage, { type: Type }> => 'type' in message && message.type === type,
    );
  }

  /** Samples of the user's sound. */
  get heardSamples(): number {
    const sizes = this.received.map((one) =>
      'user_audio_chunk' in one ? Buffer.from(one.user_audio_chunk, 'base64').length : 0,
    );
    return sizes.reduce((sum, size) => sum + size, 0) / 2;
  }

  emit(message: Record<string, unknown>): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  drop(): void {
    this.#socket.terminate();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  fail(error: Record<string, unknown>): void {
    this.emit({ type: 'error', error_event: error });
  }

  say(text: string): void {
    this.#stop();
    const words = text.split(/(?<=\s)/);
    const pieces = words.flatMap((_, at) => (at % 3 === 0 ? [words.slice(at, at + 3).join('')] : []));
    const { isOutOfOrder, pieceEveryMs } = this.#behaviour;
    const tell = () =>
      this.emit({ type: 'agent_response', agent_response_event: { agent_response: text, event_id: this.#next() } });
    if (!isOutOfOrder) tell();
    let isFirst = true;
    const timer = setInterval(() => {
      const piece = pieces.shift();
      if (piece === undefined) this.#stop();
      else this.#sayPiece(piece);
      if (isFirst && isOutOfOrder) tell();
      isFirst = false;
    }, pieceEveryMs);
    this.#saying = { whole: text, pieces, timer, said: '' };
  }

  callTool(name: string, id: string): void {
    const call = { tool_name: name, tool_call_id: id, parameters: { city: 'Paris' }, event_id: this.#next() };
    this.emit({ type: 'client_tool_call', client_tool_call: call });
  }

  #next(): number {
    this.#eventId += 1;
    return this.#eventId;
  }

  #receive(data: string): void {
    const parsed = clientMessageSchema.safeParse(JSON.parse(data));
    if (!parsed.success) {
      this.mistakes.push(data.slice(0, 300));
      return;
    }
    this.received.push(parsed.data);
    if (this.#behaviour.isDead) return;
    if ('user_audio_chunk' in parsed.data) this.#hear(Buffer.from(parsed.data.user_audio_chunk, 'base64'));
    else this.#handle(parsed.data);
  }

  #handle(message: TypedMessage): void {
    switch (message.type) {
      case 'conversation_initiation_client_data':
        this.#begin(message.conversation_config_override?.agent.first_message);
        return;
      case 'user_message':
        this.#interrupt();
        if (!this.#behaviour.isMute) this.#answer(message.text);
        return;
      case 'client_tool_result':
        this.say(`The tool says ${message.result}.`);
        return;
      default:
    }
  }

  #begin(firstMessage = 'I am an agent.'): void {
    const { refusal, userFormat, agentFormat } = this.#behaviour;
    if (refusal !== null) {
      this.close(refusal.code, refusal.reason);
      return;
    }
    this.emit({
      type: 'conversation_initiation_metadata',
      conversation_initiation_metadata_event: {
        conversation_id: 'conv_1',
        agent_output_audio_format: agentFormat,
        user_input_audio_format: userFormat,
      },
    });
    this.emit({ type: 'ping', ping_event: { event_id: 7, ping_ms: null } });
    // Something that clients do not know yet.
    this.emit({ type: 'context_usage', context_usage_event: { event_id: 1 } });
    if (firstMessage !== '') this.say(firstMessage);
  }

  #answer(text: string): void {
    const exactly = /^Say exactly[^\n]*\n\n([\s\S]*)$/.exec(text)?.[1];
    if (exactly === undefined && text.includes('weather')) this.callTool('weather', `call_${this.#next()}`);
    else this.say(exactly ?? `You gave me this: ${text}`);
  }

  /** Speech is what is loud; it ends with some silence. */
  #hear(bytes: Buffer): void {
    const rate = Number(this.#behaviour.userFormat.slice('pcm_'.length));
    const samples = Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(2 * at));
    const isLoud = samples.some((sample) => Math.abs(sample) > LOUD);
    const { tellsSpeech, transcript } = this.#behaviour;
    if (isLoud) {
      this.#silentMs = 0;
      if (tellsSpeech) this.emit({ type: 'vad_score', vad_score_event: { vad_score: 0.9 } });
      if (!this.#isHearing) this.#interrupt();
      this.#isHearing = true;
      return;
    }
    this.#silentMs += (samples.length * 1000) / rate;
    if (!this.#isHearing || this.#silentMs < SILENCE_MS) return;
    this.#isHearing = false;
    const heard = { user_transcript: transcript, event_id: this.#next() };
    if (tellsSpeech) this.emit({ type: 'tentative_user_transcript', tentative_user_transcription_event: heard });
    this.emit({ type: 'user_transcript', user_transcription_event: heard });
    if (transcript !== '' && !this.#behaviour.isMute) this.#answer(transcript);
  }

  #interrupt(): void {
    const saying = this.#saying;
    if (saying === null) return;
    this.#stop();
    this.emit({ type: 'interruption', interruption_event: { event_id: this.#next() } });
    this.emit({
      type: 'agent_response_correction',
      agent_response_correction_event: {
        original_agent_response: saying.whole,
        corrected_agent_response: `${saying.said}...`,
        event_id: this.#next(),
      },
    });
  }

  #sayPiece(piece: string): void {
    const saying = this.#saying;
    if (saying !== null) saying.said += piece;
    const rate = Number(/\d+$/.exec(this.#behaviour.agentFormat)?.[0]);
    const samples = (rate * PIECE_MS) / 1000;
    const sound = Buffer.alloc(samples * 2);
    for (let at = 0; at < samples; at += 1)
      sound.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * 220 * at) / rate)), 2 * at);
    const chars = [...piece];
    const each = PIECE_MS / chars.length;
    const alignment = {
      chars,
      char_start_times_ms: chars.map((_, at) => Math.round(at * each)),
      char_durations_ms: chars.map(() => Math.round(each)),
    };
    this.emit({
      type: 'audio',
      audio_event: {
        audio_base_64: sound.toString('base64'),
        event_id: this.#next(),
        ...(this.#behaviour.isTimed ? { alignment } : {}),
      },
    });
  }

  #stop(): void {
    clearInterval(this.#saying?.timer);
    this.#saying = null;
  }
}
