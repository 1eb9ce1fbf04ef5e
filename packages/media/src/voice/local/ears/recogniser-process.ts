import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { childEnvironment } from '../../../core/child-environment.ts';
import { deferred } from '../../../core/deferred.ts';
import type { RecogniserCommand } from './find-recogniser.ts';

/** What was heard: the words, and the short phrase that the sound is rather than these; each empty where there is none. */
export type Heard = {
  readonly text: string;
  readonly shortPhrase: string;
  /** The process died before it could say. */
  readonly isLost?: boolean;
};

const LOST: Heard = { text: '', shortPhrase: '', isLost: true };
/** Sound that may wait for a recogniser that falls behind: 30 s of PCM16 at 16 kHz. */
const MAX_UNREAD_BYTES = 30 * 16_000 * 2;

/**
 * A warm helper process that recognises one utterance at a time. `onEnd` is called once when the process has ended or
 * could not start; a transcript that was awaited is then lost.
 */
export class RecogniserProcess {
  readonly ready: Promise<void>;
  /** Chunks of sound that were left out because the process had fallen too far behind. */
  droppedChunks = 0;
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private awaitingText: ((heard: Heard) => void) | null = null;
  private hasEnded = false;

  constructor(command: RecogniserCommand, onEnd: (reason: string) => void) {
    this.child = spawn(command.program, command.arguments, {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: childEnvironment(),
    });
    const started = deferred<void>();
    this.ready = started.promise;
    const end = (reason: string): void => {
      if (this.hasEnded) return;
      this.hasEnded = true;
      started.resolve();
      this.answer(LOST);
      onEnd(reason);
    };
    this.child.on('error', (error) => end(error.message));
    this.child.on('exit', (code, signal) => end(`exit ${signal ?? code}`));
    this.child.stdin.on('error', () => this.kill());
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const message = parseLine(line);
      if (message.ready === true) started.resolve();
      if (message.text !== undefined) this.answer({ text: message.text, shortPhrase: message.short ?? '' });
    });
  }

  get isAlive(): boolean {
    return !this.hasEnded;
  }

  start(): void {
    this.write('S', new Uint8Array(0));
  }

  /** PCM16 mono at 16 kHz. */
  feed(pcm: Int16Array): void {
    if (this.child.stdin.writableLength > MAX_UNREAD_BYTES) {
      this.droppedChunks += 1;
      return;
    }
    this.write('A', new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength));
  }

  /** The words of the utterance; empty when there were none. */
  finish(): Promise<Heard> {
    const { promise, resolve } = deferred<Heard>();
    if (this.hasEnded) return Promise.resolve(LOST);
    this.awaitingText = resolve;
    this.write('E', new Uint8Array(0));
    return promise;
  }

  forget(): void {
    this.write('X', new Uint8Array(0));
  }

  kill(): void {
    if (!this.hasEnded) this.child.kill('SIGKILL');
  }

  private answer(heard: Heard): void {
    this.awaitingText?.(heard);
    this.awaitingText = null;
  }

  private write(kind: 'S' | 'A' | 'E' | 'X', payload: Uint8Array): void {
    if (this.hasEnded || this.child.stdin.destroyed) return;
    const frame = Buffer.alloc(5 + payload.byteLength);
    frame.write(kind, 0, 'latin1');
    frame.writeUInt32LE(payload.byteLength, 1);
    frame.set(payload, 5);
    this.child.stdin.write(frame);
  }
}

function parseLine(line: string): { ready?: boolean; text?: string; short?: string } {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null ? message : {};
  } catch {
    return {};
  }
}
