import { uploadedFileAddress } from '../../api/film-queries.ts';
import { useObjectUrl } from '../../components/use-object-url.ts';
import type { FileSending } from './use-file-sending.ts';

/** Where a file is seen and heard: as this page has it, else as the server keeps it; null: neither. */
export function useSentAddress({ projectId, file, sent }: FileSending): string | null {
  const local = useObjectUrl(file);
  if (local !== null) return local;
  return sent?.isReady ? uploadedFileAddress(projectId, sent.uploadId) : null;
}
