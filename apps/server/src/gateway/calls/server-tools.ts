import type { SessionCommand, SessionConfig, SessionEvent } from '@visavis/media/session-events';
import { type AnswerSource, fittingTools, LIMITS } from '@visavis/protocol';
import type { Passage, ServerTools, ToolDefinition } from '../../ports.ts';

/**
 * Calls that a model may make before the user says something again. One that goes round in circles is told once to answer;
 * what it calls then is refused, and nobody asks it to go on.
 */
const MAX_CALLS_IN_A_ROW = 32;
const TOO_MANY = JSON.stringify({
  error: 'The tool was not called: too many calls in a row. Answer with what you know already.',
});

/** So few words may go on with what was asked before: it is looked up with them. */
const WORDS_OF_FOLLOWING = 4;
/** Look-ups of a talk that run at once; more are answered with nothing. */
const MAX_LOOK_UPS = 4;

/**
 * What the voice of a call may call, as many as fit: those of the server stand first, and no tool of a client takes the name
 * of one.
 */
export function joinTools(clients: readonly ToolDefinition[], servers: ServerTools['tools']): SessionConfig['tools'] {
  const names = new Set(servers.map(({ name }) => name));
  const others = clients.filter(({ name }) => !names.has(name));
  return fittingTools([...servers, ...others]).tools;
}

/** The tools of one call that the server answers: those that one reply calls run side by side, and the client hears of none. */
export class CallTools {
  readonly #given: ServerTools;
  readonly #names: ReadonlySet<string>;
  readonly #send: (result: SessionCommand) => void;
  readonly #aborter = new AbortController();
  readonly #callIds = new Set<string>();
  #callsInARow = 0;
  #lookUps = 0;
  /** What the user has said last, until more is being said, and the words before: what is looked up may go on with them. */
  #said = '';
  #before = '';
  /** Where results of tools stand, for the reply that follows. */
  #found: readonly AnswerSource[] = [];
  /** What of it was there when the user began to speak: it is for no reply once they have said something else. */
  #foundBefore: readonly AnswerSource[] = [];

  constructor(given: ServerTools | null, send: (result: SessionCommand) => void) {
    this.#given = given ?? { tools: [], run: async () => '', close() {} };
    this.#names = new Set(this.#given.tools.map(({ name }) => name));
    this.#send = send;
  }

  /** Whether the event is the server's own business; a call begins to be worked on. */
  take(event: SessionEvent): boolean {
    switch (event.type) {
      case 'user-speech-started':
        this.#foundBefore = this.#found;
        return false;
      case 'user-transcript-done':
        // Words may come late: what has been found for them by then stays.
        if (event.text.trim() !== '') this.#goOn(event.text, this.#foundBefore);
        return false;
      case 'look-up':
        void this.#lookUp(event);
        return true;
      case 'tool-call-delta':
        return this.#names.has(event.name);
      case 'tool-call-done':
        if (!this.#names.has(event.name)) return false;
        this.#start(event);
        return true;
      case 'tool-call-timed-out':
        return this.#callIds.has(event.callId);
      default:
        return false;
    }
  }

  /** What of a client's command reaches the session; null: nothing, since it answers for the server. */
  admit(command: SessionCommand): SessionCommand | null {
    if (command.type === 'user-text') this.#goOn(command.text, this.#found);
    if (command.type === 'tool-result' && this.#callIds.has(command.callId)) return null;
    if (command.type !== 'configure' || command.patch.tools === undefined) return command;
    const tools = joinTools(command.patch.tools, this.#given.tools);
    return { ...command, patch: { ...command.patch, tools } };
  }

  /** Where what the tools have told since stands: the reply of the voice that begins now was made with it. */
  takeFound(): readonly AnswerSource[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  end(): void {
    this.#aborter.abort();
    this.#given.close();
  }

  /** The user has said something: `past` was found for what was said before. */
  #goOn(text: string, past: readonly AnswerSource[]): void {
    this.#callsInARow = 0;
    this.#found = this.#found.filter((source) => !past.includes(source));
    if (this.#said !== '') this.#before = this.#said;
    this.#said = text;
  }

  #start(call: Extract<SessionEvent, { type: 'tool-call-done' }>): void {
    this.#callIds.add(call.callId);
    this.#callsInARow += 1;
    const tooMany = this.#callsInARow - MAX_CALLS_IN_A_ROW;
    if (tooMany <= 0) void this.#run(call);
    else this.#answer(call.callId, TOO_MANY, tooMany === 1);
  }

  async #run({ callId, name, argumentsJson }: Extract<SessionEvent, { type: 'tool-call-done' }>): Promise<void> {
    const { signal } = this.#aborter;
    const cite = (sources: readonly AnswerSource[]): void => {
      this.#found = [...this.#found, ...sources].slice(-LIMITS.counts.sources);
    };
    this.#answer(callId, await this.#given.run({ callId, name, argumentsJson }, signal, cite).catch(failed), true);
  }

  /** Words are looked up again and again while they are said, revised, and once they are: what was said before stays before them. */
  async #lookUp({ lookUpId, text }: Extract<SessionEvent, { type: 'look-up' }>): Promise<void> {
    if (this.#said !== '' && !text.startsWith(this.#said) && !this.#said.startsWith(text)) {
      this.#before = this.#said;
      this.#said = '';
    }
    const isFollowing = text.trim().split(/\s+/).length <= WORDS_OF_FOLLOWING;
    let passages: readonly Passage[] = [];
    if (this.#given.lookUp !== undefined && this.#lookUps < MAX_LOOK_UPS) {
      this.#lookUps += 1;
      passages = await this.#given.lookUp(isFollowing ? `${text} ${this.#before}` : text).catch(() => []);
      this.#lookUps -= 1;
    }
    if (!this.#aborter.signal.aborted) this.#send({ type: 'looked-up', lookUpId, passages });
  }

  #answer(callId: string, output: string, reply: boolean): void {
    if (this.#aborter.signal.aborted) return;
    this.#send({ type: 'tool-result', callId, output: output.slice(0, LIMITS.characters.toolResult), reply });
  }
}

function failed(): string {
  return JSON.stringify({ error: 'The tool failed. Say so, and go on without it.' });
}
