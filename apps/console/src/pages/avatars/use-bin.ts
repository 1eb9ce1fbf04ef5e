import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Avatar, Binned } from '@visavis/protocol/rest';
import { request } from '../../api/client.ts';
import { avatarQuery, avatarsQuery, binQuery } from '../../api/queries.ts';
import { toasts } from '../../components/toast-list.ts';
import { useTexts } from '../../i18n/language.tsx';
import { useServerTexts } from '../../i18n/server-texts.ts';
import { shownName } from './shown-name.ts';

export type Named = Pick<Avatar, 'avatarId' | 'name'>;

const unclaimed: ReadonlySet<string> = new Set();

/** Puts avatars into the bin and back. Each is told in the corner of the screen, where the first can be undone. */
export function useBin(projectId: string) {
  const texts = useTexts().bin;
  const server = useServerTexts();
  const tell = (error: Error) => toasts.show({ text: server.ofError(error, unclaimed).join(' '), isProblem: true });
  const client = useQueryClient();
  const refresh = (avatars: readonly Named[]) =>
    Promise.all(
      [
        ...[avatarsQuery(projectId).queryKey, binQuery(projectId).queryKey],
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
  const put = useMutation({
    mutationFn: async (avatars: readonly Named[]) => {
      const kept: Named[] = [];
      for (const avatar of avatars) {
        const path = `/projects/${projectId}/avatars/${avatar.avatarId}`;
        const { restorableUntil } = await request<Binned>('DELETE', path);
        if (restorableUntil !== null) kept.push(avatar);
      }
      return kept;
    },
    onError: tell,
    onSuccess(kept) {
      const [first] = kept;
      if (first === undefined) return;
      const text = kept.length === 1 ? texts.binned(shownName(first.name)) : texts.binnedMany(kept.length);
      toasts.show({ text, action: { label: texts.undo, run: () => restore.mutate(kept) } });
    },
    onSettled: (_kept, _error, avatars) => refresh(avatars),
  });
  return { put, restore };
}
