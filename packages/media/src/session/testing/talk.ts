import { DEFAULT_TURN_DETECTION, type TurnDetectionSettings } from '../../core/voice-port.ts';
import { reduceSession } from '../session-reducer.ts';
import { initialSessionState, type SessionEffect, type SessionInput, type SessionState } from '../session-state.ts';

/** Plays inputs against the reducer and answers flushes as the shell would. */
export class Talk {
  state: SessionState;
  effects: SessionEffect[] = [];
  heardMs = 500;

  constructor(
    options: {
      prompt?: string;
      firstMessage?: string;
      transparent?: boolean;
      detectsTurns?: boolean;
      ownTurns?: boolean;
      hears?: boolean;
      answers?: boolean;
      language?: string;
      turnDetection?: TurnDetectionSettings;
    } = {},
  ) {
    this.state = initialSessionState({
      prompt: options.prompt ?? 'You are Ada.',
      firstMessage: options.firstMessage ?? '',
      language: options.language ?? 'en',
      turnDetection: options.turnDetection ?? DEFAULT_TURN_DETECTION,
    });
    this.put({
      type: 'voice-opened',
      hears: options.hears ?? true,
      sees: false,
      detectsTurns: options.detectsTurns ?? false,
      ownTurns: options.ownTurns ?? false,
      answers: options.answers ?? true,
      echoesUser: options.transparent ?? false,
    });
    this.command({ type: 'begin' });
  }

  put(input: SessionInput): void {
    const step = reduceSession(this.state, input);
    this.state = step.state;
    this.effects.push(...step.effects);
    for (const effect of step.effects) {
      if (effect.type === 'hold-audio') this.put({ type: 'held', ...this.#playing([]) });
      if (effect.type !== 'flush-audio') continue;
      const { keptTurnIds } = effect;
      this.put({ type: 'flushed', ...this.#playing(keptTurnIds), keptTurnIds, atMs: 0 });
    }
  }

  #playing(keptTurnIds: readonly string[]): { turnId: string | null; playedMs: number } {
    const turnId = this.state.turns.find(({ id }) => !keptTurnIds.includes(id))?.id ?? null;
    return { turnId, playedMs: turnId === this.state.turns[0]?.id ? this.heardMs : 0 };
  }

  command(command: Extract<SessionInput, { type: 'command' }>['command'], atMs = 0): void {
    this.put({ type: 'command', command, atMs });
  }

  /** A reply's text and sound, complete. */
  speak(turnId: string, text: string, durationMs = 1000): void {
    this.put({ type: 'voice', event: { type: 'text-delta', turnId, text, audioStartMs: 0 }, atMs: 10 });
    this.put({ type: 'voice-audio', turnId, pcm: new Int16Array(0), durationMs, atMs: 20 });
    this.put({ type: 'voice', event: { type: 'turn-done', turnId }, atMs: 30 });
    this.put({ type: 'playback-started', turnId, atMs: 40 });
  }

  voiceInputs(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'voice' ? [effect.input.type] : []));
  }

  emitted(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'emit' ? [effect.event.type] : []));
  }

  currentTurnId(): string {
    const turn = this.state.turns.at(-1);
    if (turn === undefined) throw new Error('No reply is under way.');
    return turn.id;
  }
}
