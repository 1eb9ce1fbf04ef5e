import { WebSocket } from 'ws';
import { listIn, objectIn, type Told, textIn } from '../../navtalk-v2/testing/published-call.ts';
import { REALTIME_V1_PATHS } from '../navtalk-v1.ts';
import { SIGNALLING_PATH } from '../signalling-desk.ts';

/** In what the samples of NavTalk's first protocol differ, as its reference describes them. */
export type V1Kind = {
  /** As whom its signalling socket comes; left out: by its key. */
  readonly userId?: string;
  /** Whom its `create` asks for; left out: its key. */
  readonly target?: string;
  /** Whom its candidates are for; left out: whom the offer named. */
  readonly candidateTarget?: string;
  readonly turnDetection?: object;
  /** Behind the result of a tool. */
  readonly asksForReply: boolean;
  /** Where it reads what the avatar has said. */
  readonly wordsFrom: 'response.audio_transcript.done' | 'response.done';
  readonly tool: 'function_call_judge' | 'function_call_close_talk';
};

export const ANSWER_V1 = { type: 'answer', sdp: 'v=0\r\ns=answer\r\n' } as const;
export const OWN_CANDIDATE = { candidate: 'candidate:2 1 UDP 1 127.0.0.1 10 typ host', sdpMid: '0', sdpMLineIndex: 0 };
export const EARLIER_V1 = 'Is it noon?';

const DETECTION = { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 500 };
const BROWSER: V1Kind = {
  turnDetection: DETECTION,
  asksForReply: true,
  wordsFrom: 'response.audio_transcript.done',
  tool: 'function_call_judge',
};

export const PUBLISHED_V1 = {
  HTML: BROWSER,
  OLDER_VUE: { ...BROWSER, userId: '123', target: '123', candidateTarget: '123' },
  ANDROID: { ...BROWSER, target: '123', candidateTarget: '123', tool: 'function_call_close_talk' },
  IOS: {
    target: '123',
    candidateTarget: '123',
    asksForReply: true,
    wordsFrom: 'response.done',
    tool: 'function_call_close_talk',
  },
  FLUTTER: { ...BROWSER, target: '5a1c8c1e-0000-4000-8000-000000000000', asksForReply: false },
} as const satisfies Readonly<Record<string, V1Kind>>;

type Place = { readonly baseUrl: string; readonly license: string; readonly characterName: string };

/** A published client of the first protocol with both of its sockets, opened at once. It is as strict as that client. */
export class PublishedV1Call {
  /** Where its code would have thrown. */
  readonly faults: string[] = [];
  readonly userWords: string[] = [];
  readonly avatarWords: string[] = [];
  readonly pieces: string[] = [];
  readonly offers: unknown[] = [];
  readonly candidates: unknown[] = [];
  /** What its user is shown of the end. */
  readonly shown: string[] = [];
  readonly ended: Promise<unknown>;
  readonly events: WebSocket;
  readonly signalling: WebSocket;
  microphones = 0;
  readonly #kind: V1Kind;
  readonly #place: Place;

  constructor(kind: V1Kind, place: Place) {
    this.#kind = kind;
    this.#place = place;
    const { baseUrl, license, characterName } = place;
    this.events = new WebSocket(`${baseUrl}${REALTIME_V1_PATHS[0]}?${new URLSearchParams({ license, characterName })}`);
    this.signalling = new WebSocket(
      `${baseUrl}${SIGNALLING_PATH}?${new URLSearchParams({ userId: kind.userId ?? license })}`,
    );
    this.#listen(this.events, (told) => this.#takeEvent(told));
    this.#listen(this.signalling, (told) => this.#takeSignal(told));
    this.signalling.on('open', () => {
      this.signalling.send(JSON.stringify({ type: 'create', targetSessionId: kind.target ?? license }));
    });
    this.events.on('close', (_code, reason) => {
      // Only this very text brings the notice.
      if (String(reason) === 'Insufficient points') this.shown.push('Top up your points.');
    });
    this.ended = Promise.all(
      [this.events, this.signalling].map((socket) => new Promise((resolve) => socket.on('close', resolve))),
    );
  }

  close(): void {
    this.events.close();
  }

  #listen(socket: WebSocket, take: (told: Told) => void): void {
    socket.on('error', (error) => this.faults.push(error.message));
    socket.on('message', (data, isBinary) => {
      try {
        if (isBinary) throw new Error('binary');
        take(JSON.parse(String(data)) as Told);
      } catch (error) {
        this.faults.push(error instanceof Error ? error.message : String(error));
      }
    });
  }

  #say(message: object): void {
    this.events.send(JSON.stringify(message));
  }

  #takeEvent(told: Told): void {
    switch (told.type) {
      case 'session.created':
        this.#configure();
        return;
      case 'session.updated':
        this.microphones += 1;
        return;
      case 'conversation.item.input_audio_transcription.completed':
        this.userWords.push(textIn(told.transcript, 'transcript'));
        return;
      case 'response.audio_transcript.delta':
        textIn(told.response_id, 'response_id');
        this.pieces.push(textIn(told.delta, 'delta'));
        return;
      case 'response.function_call_arguments.done':
        void this.#runTool(told);
        return;
      case 'session.gpu_full':
      case 'session.insufficient_balance':
      case 'session.backend.error':
        this.shown.push(textIn(told.message, 'message'));
        return;
    }
    if (told.type === this.#kind.wordsFrom) this.avatarWords.push(wordsIn(told));
  }

  #configure(): void {
    const { turnDetection, tool } = this.#kind;
    const properties = { userInput: { type: 'string' } };
    this.#say({
      type: 'session.update',
      session: {
        instructions: 'Be kind.',
        voice: 'marin',
        temperature: 1,
        max_response_output_tokens: 4096,
        modalities: ['text', 'audio'],
        input_audio_format: 'pcm16',
        output_audio_format: 'pcm16',
        ...(turnDetection === undefined ? {} : { turn_detection: turnDetection }),
        input_audio_transcription: { model: 'whisper-1' },
        tools: [{ type: 'function', name: tool, description: 'Asks.', parameters: { type: 'object', properties } }],
      },
    });
    this.#say({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: EARLIER_V1 }] },
    });
  }

  /** The hosted end does the work; whatever text it gives is the result. */
  async #runTool({ name, arguments: given, call_id: callId }: Told): Promise<void> {
    if (textIn(name, 'name') !== this.#kind.tool) return;
    const { baseUrl, license } = this.#place;
    const { userInput } = objectIn(JSON.parse(textIn(given, 'arguments')), 'arguments');
    const answer = await fetch(`${baseUrl.replace('ws', 'http')}/api/realtime_function_call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userInput, license, chatId: 'chat' }),
    });
    if (!answer.ok) this.faults.push(`the tool is refused: ${answer.status}`);
    this.#say({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: textIn(callId, 'call_id'), output: await answer.text() },
    });
    if (this.#kind.asksForReply) this.#say({ type: 'response.create' });
  }

  #takeSignal(told: Told): void {
    const say = (message: object) => this.signalling.send(JSON.stringify(message));
    if (told.type === 'iceCandidate') {
      const candidate = objectIn(told.candidate, 'candidate');
      textIn(candidate.sdpMid, 'sdpMid');
      if (typeof candidate.sdpMLineIndex !== 'number') throw new Error('sdpMLineIndex is no number');
      this.candidates.push(candidate);
    }
    if (told.type !== 'offer') return;
    const named = textIn(told.targetSessionId, 'targetSessionId');
    this.offers.push(objectIn(told.sdp, 'sdp'));
    say({ type: 'answer', targetSessionId: named, sdp: ANSWER_V1 });
    const target = this.#kind.candidateTarget ?? named;
    say({ type: 'iceCandidate', targetSessionId: target, candidate: OWN_CANDIDATE });
  }
}

function wordsIn(told: Told): string {
  if (told.type !== 'response.done') return textIn(told.transcript, 'transcript');
  const [item] = listIn(objectIn(told.response, 'response').output, 'output');
  const [part] = listIn(objectIn(item, 'output[0]').content, 'content');
  return textIn(objectIn(part, 'content[0]').transcript, 'content[0].transcript');
}
