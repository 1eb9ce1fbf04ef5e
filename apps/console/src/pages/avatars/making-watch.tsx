import { useQuery } from '@tanstack/react-query';
import { shownName } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { useEffect, useEffectEvent, useRef } from 'react';
import { avatarsQuery } from '../../api/queries.ts';
import { playgroundAddress, sectionAddress } from '../../app/addresses.ts';
import { navigate } from '../../app/router.ts';
import { toasts } from '../../components/toast-list.ts';
import { useTexts } from '../../i18n/language.tsx';
import { endedMakings, isAnyMaking, isWatched } from './ended-makings.ts';

const pollMs = 1_500;

/** Tells on every page of a project when one of its avatars is made, or could not be. Asks only while one is being made. */
export function MakingWatch({ projectId }: { readonly projectId: string }) {
  const texts = useTexts();
  const { data } = useQuery({
    ...avatarsQuery(projectId),
    enabled: ({ state }) => isWatched(state.data),
    refetchInterval: ({ state }) => (isAnyMaking(state.data) ? pollMs : false),
  });
  const before = useRef<readonly Avatar[]>([]);
  const tell = useEffectEvent((avatars: readonly Avatar[]) => {
    for (const { avatarId, name, state } of endedMakings(before.current, avatars)) {
      const isReady = state === 'ready';
      toasts.show({
        text: (isReady ? texts.making.ready : texts.making.failed)(shownName(name)),
        isProblem: !isReady,
        action: {
          label: isReady ? texts.avatars.talk : texts.making.show,
          run: () => navigate(isReady ? playgroundAddress(projectId, avatarId) : sectionAddress(projectId, 'avatars')),
        },
      });
    }
    before.current = avatars;
  });
  useEffect(() => {
    if (data !== undefined) tell(data);
  }, [data]);
  return null;
}
