import { useQueryClient } from '@tanstack/react-query';
import { LIMITS } from '@visavis/protocol';
import type { KnowledgeSource } from '@visavis/protocol/rest';
import { useEffect, useRef, useState } from 'react';
import { documentsQuery } from '../../../api/ability-queries.ts';
import { queryOf } from '../../../api/client.ts';
import { sendFile } from '../../../api/upload.ts';

/** A file on its way; one that was refused stays until somebody has seen why. */
export type SentDocument = {
  readonly id: number;
  readonly name: string;
  /** How much of it was sent, 0 to 1. */
  readonly progress: number;
  readonly state: 'waiting' | 'sending' | 'reading' | 'refused';
  /** Of one that was refused; null: it is too large. */
  readonly error: Error | null;
};

/** Sends documents one after the other: the server reads few at once. */
export function useDocumentSending(avatarPath: string) {
  const client = useQueryClient();
  const [files, setFiles] = useState<readonly SentDocument[]>([]);
  const [last, setLast] = useState<string | null>(null);
  const lane = useRef<Promise<void>>(Promise.resolve());
  const nextId = useRef(0);
  const ended = useRef(new AbortController());
  useEffect(() => {
    const control = new AbortController();
    ended.current = control;
    return () => control.abort();
  }, []);
  const dismiss = (id: number) => setFiles((all) => all.filter((file) => file.id !== id));
  const change = (id: number, part: Partial<SentDocument>) =>
    setFiles((all) => all.map((file) => (file.id === id ? { ...file, ...part } : file)));

  async function send(id: number, file: File): Promise<void> {
    const { signal } = ended.current;
    if (signal.aborted) return;
    change(id, { state: 'sending' });
    try {
      await sendFile<KnowledgeSource>(`${avatarPath}/knowledge${queryOf({ name: file.name })}`, file, {
        signal,
        onProgress: (progress) => change(id, { progress, state: progress < 1 ? 'sending' : 'reading' }),
      });
      await client.invalidateQueries({ queryKey: documentsQuery(avatarPath).queryKey });
      dismiss(id);
      setLast(file.name);
    } catch (error) {
      change(id, { state: 'refused', error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  const choose = (chosen: FileList | null) => {
    for (const file of chosen ?? []) {
      const id = nextId.current;
      nextId.current += 1;
      const isTooLarge = file.size > LIMITS.bytes.knowledgeFile;
      const state = isTooLarge ? 'refused' : 'waiting';
      setFiles((all) => [...all, { id, name: file.name, progress: 0, state, error: null }]);
      if (!isTooLarge) lane.current = lane.current.then(() => send(id, file));
    }
  };
  return { files, last, choose, dismiss };
}
