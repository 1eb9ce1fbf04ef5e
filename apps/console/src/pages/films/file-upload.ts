import type { Upload } from 'tus-js-client';

export type UploadFault = 'network' | 'gone' | 'refused' | 'full' | 'unreadable';

/** How far the sending of a file is. */
export type UploadStanding = {
  readonly phase: 'sending' | 'paused' | 'failed' | 'ready';
  /** On the server. */
  readonly sentBytes: number;
  /** Why it failed. */
  readonly fault: UploadFault | null;
};

/** What is used of the client of tus. */
export type Sender = Pick<Upload, 'start' | 'abort'>;
export type SenderOptions = {
  readonly uploadUrl: string;
  readonly retryDelays: number[];
  readonly onProgress: (sentBytes: number) => void;
  readonly onSuccess: () => void;
  readonly onError: (error: Error) => void;
};
export type OpenSender = (file: File, options: SenderOptions) => Promise<Sender>;

/** Between its tries after a broken connection. */
const RETRY_DELAYS_MS = [0, 1000, 3000, 5000, 10_000, 20_000];

type FileUploadParts = {
  readonly file: File;
  readonly uploadUrl: string;
  /** Another link for the file, in place of one that is gone. */
  readonly renew: () => Promise<string>;
  readonly open: OpenSender;
  readonly onChange: (standing: UploadStanding) => void;
};

/** One file on its way to an upload link, in pieces that go on where they broke off; anew, where its link is gone. */
export class FileUpload {
  readonly #parts: FileUploadParts;
  #uploadUrl: string;
  #sender: Sender | null = null;
  #standing: UploadStanding = { phase: 'paused', sentBytes: 0, fault: null };
  /** What an earlier start tells is void. */
  #turn = 0;

  constructor(parts: FileUploadParts) {
    this.#parts = parts;
    this.#uploadUrl = parts.uploadUrl;
  }

  get standing(): UploadStanding {
    return this.#standing;
  }

  /** Begins, or goes on where it was. */
  async start(): Promise<void> {
    if (this.#standing.phase === 'sending' || this.#standing.phase === 'ready') return;
    this.#turn += 1;
    this.#change({ phase: 'sending', fault: null });
    await this.#send(this.#turn, true);
  }

  /** `mayRenew`: no link was made anew for this start yet. */
  async #send(turn: number, mayRenew: boolean): Promise<void> {
    const whileCurrent = (change: Partial<UploadStanding>) => {
      if (turn === this.#turn) this.#change(change);
    };
    const { file, open } = this.#parts;
    try {
      const sender = await open(file, {
        uploadUrl: this.#uploadUrl,
        retryDelays: RETRY_DELAYS_MS,
        onProgress: (sentBytes) => whileCurrent({ sentBytes }),
        onSuccess: () => whileCurrent({ phase: 'ready', sentBytes: file.size }),
        onError: (error) => {
          const fault = faultOf(error);
          if (fault === 'gone' && mayRenew) void this.#renew(turn);
          else whileCurrent({ phase: 'failed', fault });
        },
      });
      if (turn !== this.#turn) return;
      this.#sender = sender;
      sender.start();
    } catch {
      whileCurrent({ phase: 'failed', fault: 'network' });
    }
  }

  async #renew(turn: number): Promise<void> {
    if (turn !== this.#turn) return;
    this.#change({ sentBytes: 0 });
    try {
      const uploadUrl = await this.#parts.renew();
      if (turn !== this.#turn) return;
      this.#uploadUrl = uploadUrl;
    } catch {
      if (turn === this.#turn) this.#change({ phase: 'failed', fault: 'gone' });
      return;
    }
    await this.#send(turn, false);
  }

  /** What is on the server stays there. */
  pause(): void {
    if (this.#standing.phase !== 'sending') return;
    this.#halt();
    this.#change({ phase: 'paused' });
  }

  /** Nobody is told of it any more. Idempotent. */
  close(): void {
    this.#halt();
  }

  #halt(): void {
    this.#turn += 1;
    void this.#sender?.abort();
    this.#sender = null;
  }

  #change(change: Partial<UploadStanding>): void {
    this.#standing = { ...this.#standing, ...change };
    this.#parts.onChange(this.#standing);
  }
}

type Answered = { readonly originalResponse?: { getStatus(): number } | null };

/** Why the client gave up, by what the server answered last. */
export function faultOf(error: Error): UploadFault {
  const status = (error as Answered).originalResponse?.getStatus() ?? 0;
  if (status === 404 || status === 410) return 'gone';
  if (status === 507) return 'full';
  if (status === 413 || status === 415 || status === 400) return 'refused';
  return error.name === 'NotReadableError' ? 'unreadable' : 'network';
}

/** The client is loaded when the first file is sent. */
export const openTus: OpenSender = async (file, options) => {
  const { Upload: TusUpload } = await import('tus-js-client');
  return new TusUpload(file, { ...options, storeFingerprintForResuming: false });
};
