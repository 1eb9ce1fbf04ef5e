import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Avatar } from '@visavis/protocol/rest';
import { useEffect, useRef, useState } from 'react';
import { avatarQuery, avatarsQuery } from '../../api/queries.ts';
import { uploadFile } from '../../api/upload.ts';
import { keepLocalPhoto } from './local-photos.ts';

/** What a form holds that sends a photo or clip. */
export type WithFile = { readonly file: File | null };

/** Sends the file of a form, then asks for the avatar that is made from it. `progress` of the sending: 0 to 1. */
export function usePhotoSending<Values extends WithFile>(
  projectId: string,
  make: (uploadId: string, values: Values) => Promise<Avatar>,
) {
  const client = useQueryClient();
  const [progress, setProgress] = useState(0);
  const abort = useRef<AbortController | null>(null);
  const sending = useMutation({
    mutationFn: async (values: Values) => {
      const { file } = values;
      if (file === null) throw new Error('There is no file to send.');
      const control = new AbortController();
      abort.current = control;
      setProgress(0);
      const { uploadId } = await uploadFile(projectId, file, { onProgress: setProgress, signal: control.signal });
      const avatar = await make(uploadId, values);
      keepLocalPhoto(avatar.avatarId, file);
      return avatar;
    },
    onSuccess: ({ avatarId }) =>
      Promise.all(
        [avatarsQuery(projectId).queryKey, avatarQuery(projectId, avatarId).queryKey].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      ),
  });
  useEffect(() => () => abort.current?.abort(), []);
  const stop = () => {
    abort.current?.abort();
    sending.reset();
  };
  return { sending, progress, stop };
}
