import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Avatar } from '@visavis/protocol/rest';
import { useState } from 'react';
import { avatarsQuery } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { EmptyState, Loaded, Page } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { FirstSteps } from '../first-steps/first-steps.tsx';
import { AvatarCard } from './avatar-card.tsx';
import { CopyAvatar } from './copy-avatar.tsx';
import { NewAvatar } from './new-avatar.tsx';

const makingPollMs = 1_500;
const isInTheMaking = ({ state }: Avatar) => state === 'making';

export function AvatarsPage({ projectId }: { readonly projectId: string }) {
  const texts = useTexts();
  const avatars = useQuery({
    ...avatarsQuery(projectId),
    refetchInterval: ({ state }) => (state.data?.some(isInTheMaking) ? makingPollMs : false),
  });
  const [making, setMaking] = useState(false);
  const [copied, setCopied] = useState<Avatar | null>(null);
  const gallery = (shown: readonly Avatar[]) => (
    <div className={classes.grid}>
      {shown.map((avatar) => (
        <AvatarCard key={avatar.avatarId} projectId={projectId} avatar={avatar} onCopy={() => setCopied(avatar)} />
      ))}
    </div>
  );
  return (
    <Page
      title={texts.avatars.title}
      intro={texts.avatars.intro}
      actions={<Button onClick={() => setMaking(true)}>{texts.avatars.newAvatar}</Button>}
    >
      <FirstSteps projectId={projectId} />
      <Loaded of={avatars}>
        {(all) => {
          const mine = all.filter(({ isSystem }) => !isSystem);
          return (
            <>
              <h2 className={classes.sectionTitle}>{texts.avatars.own}</h2>
              {mine.length === 0 ? (
                <EmptyState title={texts.avatars.emptyTitle} text={texts.avatars.emptyText}>
                  <Button onClick={() => setMaking(true)}>{texts.avatars.newAvatar}</Button>
                </EmptyState>
              ) : (
                gallery(mine)
              )}
              <h2 className={classes.sectionTitle}>{texts.avatars.builtIn}</h2>
              {gallery(all.filter(({ isSystem }) => isSystem))}
            </>
          );
        }}
      </Loaded>
      {making && <NewAvatar projectId={projectId} onClose={() => setMaking(false)} />}
      {copied !== null && <CopyAvatar projectId={projectId} avatar={copied} onClose={() => setCopied(null)} />}
    </Page>
  );
}
