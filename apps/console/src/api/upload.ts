import type { ApiError, Upload } from '@visavis/protocol/rest';
import { ApiProblem, noAnswer } from './client.ts';

type UploadOptions = {
  /** Part of the file that the server has, 0 to 1. */
  readonly onProgress: (progress: number) => void;
  readonly signal: AbortSignal;
};

/** Sends a photo or clip of which an avatar is made. */
export function uploadFile(projectId: string, file: Blob, options: UploadOptions): Promise<Upload> {
  return sendFile(`/projects/${projectId}/uploads`, file, options);
}

/** Sends a file as it is. Throws `ApiProblem`; rejects with the signal's reason when it was aborted. */
export function sendFile<Answer>(path: string, file: Blob, { onProgress, signal }: UploadOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // `fetch` does not tell how much was sent.
    const request = new XMLHttpRequest();
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total);
    request.onload = () => {
      const answer: unknown = request.response;
      if (request.status >= 200 && request.status < 300) resolve(answer as Answer);
      else reject(ApiProblem.from(request.status, answer as Partial<ApiError> | null));
    };
    request.onerror = () => reject(noAnswer());
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.open('POST', `/api/v1${path}`);
    request.setRequestHeader('accept', 'application/json');
    request.setRequestHeader('content-type', file.type === '' ? 'application/octet-stream' : file.type);
    request.send(file);
  });
}
