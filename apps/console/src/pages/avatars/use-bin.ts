import { useMutation, useQueryClient } from '@tanstack/react-query';
import { shownName } from '@visavis/protocol';
import type { Avatar, Binned } from '@visavis/protocol/rest';
import { request } from '../../api/client.ts';
import { avatarQuery, avatarsQuery, binQuery } from '../../api/queries.ts';
import { toasts } from '../../components/toast-list.ts';
import { useTexts } from '../../i18n/language.tsx';
import { useServerTexts } from '../../i18n/server-texts.ts';
import { binEach } from './bin-each.ts';

export type Named = Pick<Avatar, 'avatarId' | 'name'>;

type BinOptions = {
  /** A dialog asks before, and says itself why it could not be done. */
  readonly isAskedFirst?: boolean;
};

/** Puts avatars into the bin and back. Each is told in the corner of the screen, where the first can be undone. */
export function useBin(projectId: string, { isAskedFirst = false }: BinOptions = {}) {
  const texts = useTexts().bin;
  const server = useServerTexts();
  const tell = (error: Error) => toasts.show({ text: server.ofError(error).join(' '), isProblem: true });
  const client = useQueryClient();
  const refresh = (avatars: readonly Named[]) =>
    Promise.all(
      [
        avatarsQuery(projectId).queryKey,
        binQuery(projectId).queryKey,
        ...avatars.map(({ avatarId }) => avatarQuery(projectId, avatarId).queryKey),
      ].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
  const restore = useMutation({
    mutationFn: async (avatars: readonly Named[]) => {
      for (const { avatarId } of avatars) {
        await request<Avatar>('POST', `/projects/${projectId}/bin/${avatarId}/restore`);
      }
    },
    onError: tell,
    onSettled: (_answer, _error, avatars) => refresh(avatars),
  });
  const offerUndo = (binned: readonly Named[]) => {
    const [first] = binned;
    const text = binned.length === 1 && first ? texts.binned(shownName(first.name)) : texts.binnedMany(binned.length);
    toasts.show({ text, action: { label: texts.undo, run: () => restore.mutate(binned) } });
  };
  const put = useMutation({
    mutationFn: (avatars: readonly Named[]) =>
      binEach(
        avatars,
        ({ avatarId }) => request<Binned>('DELETE', `/projects/${projectId}/avatars/${avatarId}`),
        offerUndo,
      ),
    onError: (error) => !isAskedFirst && tell(error),
    onSettled: (_answer, _error, avatars) => refresh(avatars),
  });
  return { put, restore };
}
