import { wireSamplesToMs } from '../../core/audio-format.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import { type Logger, silentLogger } from '../../core/logger.ts';
import type { VoiceConfig, VoiceEvent, VoiceInput, VoiceProvider, VoiceSession } from '../../core/voice-port.ts';
import { type ScriptedStep, THIS_TURN, type VoiceScript } from './script.ts';
import { SCRIPTED_CAPABILITIES } from './scripted-capabilities.ts';
import { cutSound, renderSound } from './scripted-sound.ts';

export { createDemonstrationScript } from './script.ts';

const DEFAULT_CHUNK_MS = 100;

/** A talk with a scripted voice, open to a test's eyes and hands. */
type ScriptedSession = VoiceSession & {
  readonly config: VoiceConfig;
  /** Everything that was sent to it, in order. */
  readonly inputs: readonly VoiceInput[];
  readonly closed: boolean;
  /** Makes the voice say this now, outside the script. */
  emit(event: VoiceEvent): void;
};

export type ScriptedVoice = VoiceProvider & {
  /** Talks in the order of their opening, closed ones too. */
  readonly sessions: readonly ScriptedSession[];
};

/** A voice that plays a part: the same inputs at the same times give the same events, whatever the machine does. */
export function createScriptedVoice(
  script: VoiceScript,
  options: { readonly clock?: Clock; readonly logger?: Logger } = {},
): ScriptedVoice {
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? silentLogger;
  const sessions: Talk[] = [];
  return {
    id: 'scripted',
    capabilities: { ...SCRIPTED_CAPABILITIES, ...script.capabilities },
    sessions,
    async open(config, listener, signal) {
      await wait(clock, script.opening?.delayMs ?? 0, signal);
      if (script.opening?.failure !== undefined) throw new Error(script.opening.failure);
      const talk = new Talk({ script, clock, config, listener });
      sessions.push(talk);
      signal.addEventListener('abort', () => void talk.close(), { once: true });
      logger.debug({ talk: sessions.length }, 'A scripted talk begins.');
      talk.react('open', null);
      return talk;
    },
    async close() {
      await Promise.all(sessions.map((talk) => talk.close()));
    },
  };
}

async function wait(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (delayMs <= 0) return;
  await new Promise<void>((resolve, reject) => {
    const cancel = clock.schedule(delayMs, resolve);
    signal.addEventListener(
      'abort',
      () => {
        cancel();
        reject(signal.reason);
      },
      { once: true },
    );
  });
}

/** One reaction under way. */
type Run = {
  readonly input: VoiceInput | null;
  turnId: string | null;
  /** The voice made the turn up, so its start must be told. */
  turnTold: boolean;
  /** Sound of the turn so far. */
  spokenMs: number;
  hangs: boolean;
  stopped: boolean;
  cancelTimer: (() => void) | null;
};

class Talk implements ScriptedSession {
  readonly config: VoiceConfig;
  readonly inputs: VoiceInput[] = [];
  readonly #script: VoiceScript;
  readonly #clock: Clock;
  readonly #listener: (event: VoiceEvent) => void;
  readonly #counts = new Map<string, number>();
  readonly #runs = new Set<Run>();
  #turnCount = 0;
  #closed = false;

  constructor(parts: {
    script: VoiceScript;
    clock: Clock;
    config: VoiceConfig;
    listener: (event: VoiceEvent) => void;
  }) {
    this.#script = parts.script;
    this.#clock = parts.clock;
    this.config = parts.config;
    this.#listener = parts.listener;
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(input: VoiceInput): void {
    if (this.#closed) return;
    this.inputs.push(input);
    if (input.type === 'cancel') this.#cancel(input.turnId);
    this.react(input.type, input);
  }

  emit(event: VoiceEvent): void {
    if (!this.#closed) this.#listener(event);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const run of this.#runs) stopRun(run);
    this.#runs.clear();
  }

  /** Starts what the script has for this input. */
  react(type: VoiceInput['type'] | 'open', input: VoiceInput | null): void {
    const count = (this.#counts.get(type) ?? 0) + 1;
    this.#counts.set(type, count);
    const candidates = this.#script.reactions.filter(({ on }) => on === type);
    const words = input?.type === 'text' ? input.text : undefined;
    const reaction =
      candidates.find((candidate) => candidate.words !== undefined && candidate.words === words) ??
      candidates.find((candidate) => candidate.words === undefined && candidate.nth === count) ??
      candidates.find((candidate) => candidate.words === undefined && candidate.nth === undefined);
    if (reaction === undefined) {
      this.#reactWithoutScript(input);
      return;
    }
    const asked = input?.type === 'respond' || input?.type === 'say' ? input.turnId : null;
    const run: Run = {
      input,
      turnId: asked,
      turnTold: asked !== null,
      spokenMs: 0,
      hangs: false,
      stopped: false,
      cancelTimer: null,
    };
    this.#runs.add(run);
    this.#runStep(run, reaction.steps, 0);
  }

  #reactWithoutScript(input: VoiceInput | null): void {
    if (input?.type === 'respond' || input?.type === 'say') this.emit({ type: 'turn-done', turnId: input.turnId });
    if (input?.type === 'user-turn-stopped') {
      this.emit({ type: 'user-transcript-done', itemId: input.itemId, text: '' });
    }
  }

  #runStep(run: Run, steps: readonly ScriptedStep[], index: number): void {
    const step = steps[index];
    if (step === undefined) {
      this.#endRun(run);
      return;
    }
    this.#after(run, step.afterMs ?? 0, () => {
      if (step.do === 'speak') this.#speak(run, step, () => this.#runStep(run, steps, index + 1));
      else {
        this.#perform(run, step);
        if (!run.stopped) this.#runStep(run, steps, index + 1);
      }
    });
  }

  /** At once when there is nothing to wait for, so that a script without delays answers within `send`. */
  #after(run: Run, delayMs: number, next: () => void): void {
    if (delayMs <= 0) next();
    else {
      run.cancelTimer = this.#clock.schedule(delayMs, () => {
        run.cancelTimer = null;
        next();
      });
    }
  }

  #perform(run: Run, step: Exclude<ScriptedStep, { do: 'speak' }>): void {
    switch (step.do) {
      case 'wait':
        return;
      case 'hang':
        run.hangs = true;
        return;
      case 'block-thread': {
        const untilMs = performance.now() + step.durationMs;
        while (performance.now() < untilMs);
        return;
      }
      case 'throw-uncaught':
        setTimeout(() => {
          throw new Error('The script throws here.');
        }, 1);
        return;
      case 'transcribe': {
        const itemId = run.input !== null && 'itemId' in run.input ? run.input.itemId : '';
        this.emit({ type: 'user-transcript-done', itemId, text: step.text });
        return;
      }
      case 'write': {
        const start = step.audioStartMs === undefined ? {} : { audioStartMs: step.audioStartMs };
        this.emit({ type: 'text-delta', turnId: this.#turnOf(run), text: step.text, ...start });
        return;
      }
      case 'call-tool': {
        const call = { turnId: this.#turnOf(run), callId: step.callId, name: step.name };
        this.emit({ type: 'tool-call-delta', ...call, delta: step.argumentsJson });
        this.emit({ type: 'tool-call-done', ...call, argumentsJson: step.argumentsJson });
        return;
      }
      case 'fail':
        this.emit({
          type: 'failed',
          category: step.category,
          retryable: step.retryable,
          message: step.message ?? 'The script fails here.',
        });
        return;
      case 'emit': {
        const refersToTurn = 'turnId' in step.event && step.event.turnId === THIS_TURN;
        this.emit(refersToTurn ? { ...step.event, turnId: this.#turnOf(run) } : step.event);
      }
    }
  }

  #speak(run: Run, step: Extract<ScriptedStep, { do: 'speak' }>, done: () => void): void {
    const turnId = this.#turnOf(run);
    const pcm = renderSound(step.sound);
    const chunks = cutSound(pcm, step.phones, step.chunkMs ?? DEFAULT_CHUNK_MS, run.spokenMs);
    run.spokenMs += wireSamplesToMs(pcm.length);
    const sendFrom = (index: number): void => {
      const chunk = chunks[index];
      if (run.stopped) return;
      if (chunk === undefined) {
        done();
        return;
      }
      this.emit({ type: 'audio', turnId, ...chunk });
      const isLast = index === chunks.length - 1;
      this.#after(run, isLast ? 0 : (step.chunkEveryMs ?? 0), () => sendFrom(index + 1));
    };
    sendFrom(0);
  }

  #turnOf(run: Run): string {
    run.turnId ??= `scripted-turn-${++this.#turnCount}`;
    if (!run.turnTold) {
      run.turnTold = true;
      this.emit({ type: 'turn-started', turnId: run.turnId });
    }
    return run.turnId;
  }

  #endRun(run: Run): void {
    if (run.stopped) return;
    if (run.hangs) return;
    this.#runs.delete(run);
    run.stopped = true;
    if (run.turnId !== null) this.emit({ type: 'turn-done', turnId: run.turnId });
  }

  #cancel(turnId: string): void {
    const behaviour = this.#script.onCancel ?? 'done';
    if (behaviour === 'ignore') return;
    for (const run of this.#runs) {
      if (run.turnId !== turnId) continue;
      stopRun(run);
      this.#runs.delete(run);
      if (behaviour === 'done') this.emit({ type: 'turn-done', turnId });
    }
  }
}

function stopRun(run: Run): void {
  run.stopped = true;
  run.cancelTimer?.();
  run.cancelTimer = null;
}
