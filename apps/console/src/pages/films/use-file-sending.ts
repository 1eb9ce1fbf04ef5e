import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { FileUpload, openTus, type UploadStanding } from './file-upload.ts';
import type { SentFile } from './film-wish.ts';
import { type FileUse, type JudgedFile, judgeFile } from './judge-file.ts';
import { type FileKeep, findKept } from './kept-files.ts';
import { forget, isSameFile, linkFor, sendingAddress } from './sent-files.ts';

export type FileSending = {
  readonly projectId: string;
  readonly sent: SentFile | null;
  /** The file itself, while this page has it; another one, or none, after the page was loaded anew. */
  readonly file: File | null;
  /** How far it is; null: nothing is being sent. */
  readonly standing: UploadStanding | null;
  /** This page holds the file's only copy: nobody can choose it again. */
  readonly isRecorded: boolean;
  /** Its beginning is read, or a link asked for. */
  readonly isChecking: boolean;
  /** Why the server would refuse what was chosen last. */
  readonly refused: Extract<JudgedFile, { limitBytes: number } | { fault: 'wrong' }> | null;
  /** Why there is no link for it. */
  readonly error: Error | null;
  choose(file: File): void;
  pause(): void;
  /** Goes on, or tries once more. */
  resume(): void;
  remove(): void;
};

type State = Pick<FileSending, 'file' | 'standing' | 'isChecking' | 'refused' | 'error'>;

const idle: State = { file: null, standing: null, isChecking: false, refused: null, error: null };

type SendingOptions = {
  readonly projectId: string;
  readonly use: FileUse;
  /** For files that nobody could choose again: where they are kept until they are on the server. */
  readonly keep?: FileKeep;
};

/** A file that is sent as soon as it is chosen. `sent` is kept by the form, so that it outlives the page. */
export function useFileSending(
  { projectId, use, keep }: SendingOptions,
  sent: SentFile | null,
  onSent: (sent: SentFile | null) => void,
): FileSending {
  const [state, setState] = useState(idle);
  const upload = useRef<FileUpload | null>(null);
  const turn = useRef(0);
  const patch = (change: Partial<State>) => setState((current) => ({ ...current, ...change }));
  const tell = useEffectEvent(onSent);
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      upload.current?.close();
    };
  }, []);

  const begin = (file: File, link: SentFile) => {
    const current = turn.current;
    const isCurrent = () => current === turn.current;
    upload.current = sendToLinks({ projectId, file, link, keep, isCurrent, patch, tell });
    void upload.current.start();
  };

  /** Of the file before. */
  const release = () => {
    if (sent !== null) keep?.delete(sent.uploadId);
    forget(projectId, sent);
  };

  const choose = (file: File) => {
    turn.current += 1;
    const current = turn.current;
    // Nothing is sent from a page that was left meanwhile.
    const isOver = () => isGone.current || current !== turn.current;
    upload.current?.close();
    setState({ ...idle, file, isChecking: true });
    const work = async () => {
      const judged = await judgeFile(file, use);
      if (isOver()) return;
      if (judged.fault !== null) {
        setState({ ...idle, refused: judged });
        return;
      }
      const link = isSameFile(sent, file) ? sent : await linkFor(projectId, file, judged.kind);
      if (isOver()) {
        if (link !== sent) forget(projectId, link);
        return;
      }
      if (link !== sent) release();
      onSent(link);
      keep?.put(link.uploadId, file);
      patch({ isChecking: false });
      begin(file, link);
    };
    work().catch((error: unknown) => {
      if (!isOver()) setState({ ...idle, error: error instanceof Error ? error : new Error(String(error)) });
    });
  };

  const goOn = useEffectEvent((file: File) => {
    if (turn.current === 0) choose(file);
  });
  const leftId = sent?.isReady === false ? sent.uploadId : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was on its way when the page was loaded is looked for once.
  useEffect(() => {
    keep?.deleteOld();
    if (leftId === null || keep === undefined) return;
    return findKept(keep, leftId, (file) => goOn(file));
  }, []);

  return {
    projectId,
    sent,
    ...state,
    isRecorded: keep !== undefined,
    choose,
    pause: () => upload.current?.pause(),
    resume: () => void upload.current?.start(),
    remove: () => {
      turn.current += 1;
      upload.current?.close();
      release();
      setState(idle);
      onSent(null);
    },
  };
}

/** Sends a file to its link, and to a fresh one whenever that is gone. */
function sendToLinks(sending: {
  readonly projectId: string;
  readonly file: File;
  readonly link: SentFile;
  readonly keep: FileKeep | undefined;
  /** No other file was chosen meanwhile. */
  readonly isCurrent: () => boolean;
  readonly patch: (change: Pick<State, 'standing'>) => void;
  readonly tell: (sent: SentFile) => void;
}): FileUpload {
  const { projectId, file, keep, isCurrent, patch, tell } = sending;
  let { link } = sending;
  const renew = async () => {
    const next = await linkFor(projectId, file, link.kind);
    if (!isCurrent()) {
      forget(projectId, next);
      throw new Error('Another file was chosen meanwhile.');
    }
    keep?.put(next.uploadId, file);
    keep?.delete(link.uploadId);
    link = next;
    tell(next);
    return sendingAddress(next);
  };
  return new FileUpload({
    file,
    uploadUrl: sendingAddress(link),
    renew,
    open: openTus,
    onChange: (standing) => {
      patch({ standing });
      if (standing.phase !== 'ready') return;
      tell({ ...link, isReady: true });
      keep?.delete(link.uploadId);
    },
  });
}
