import { Button, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Avatar } from '@visavis/protocol/rest';
import { Suspense, useState } from 'react';
import { avatarsQuery, binQuery } from '../../api/queries.ts';
import { part } from '../../app/part.ts';
import { useMay } from '../../app/role.tsx';
import { EmptyState, Loaded, Page } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { FirstSteps } from '../first-steps/first-steps.tsx';
import { Gallery } from './gallery-view.tsx';

const NewAvatar = part(async () => (await import('./new-avatar.tsx')).NewAvatar);
const OtherPhoto = part(async () => (await import('./other-photo.tsx')).OtherPhoto);
const CopyAvatar = part(async () => (await import('./copy-avatar.tsx')).CopyAvatar);
const BinList = part(async () => (await import('./bin-list.tsx')).BinList);

type Tab = 'own' | 'builtIn' | 'bin';
type Dialog =
  | { readonly kind: 'new' }
  | { readonly kind: 'copy'; readonly avatar: Avatar }
  | { readonly kind: 'photo'; readonly avatar: Avatar };

export function AvatarsPage({ projectId }: { readonly projectId: string }) {
  const texts = useTexts();
  const avatars = useQuery(avatarsQuery(projectId));
  const [tab, setTab] = useState<Tab>('own');
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const shared = {
    projectId,
    onCopy: (avatar: Avatar) => setDialog({ kind: 'copy', avatar }),
    onOtherPhoto: (avatar: Avatar) => setDialog({ kind: 'photo', avatar }),
  };
  const mayChange = useMay('editor');
  const make = mayChange && <Button onClick={() => setDialog({ kind: 'new' })}>{texts.avatars.newAvatar}</Button>;
  const builtIn = (all: readonly Avatar[]) => (
    <Gallery key="builtIn" {...shared} avatars={all.filter(({ isSystem }) => isSystem)} />
  );
  return (
    <Page title={texts.avatars.title} intro={texts.avatars.intro} actions={make}>
      <FirstSteps projectId={projectId} />
      <Loaded of={avatars}>
        {(all) => {
          const own = all.filter(({ isSystem }) => !isSystem);
          return (
            <>
              <GalleryTabs projectId={projectId} tab={tab} onChange={setTab} own={own.length} all={all.length} />
              {tab === 'own' && own.length > 0 && <Gallery key="own" {...shared} avatars={own} canSelect={mayChange} />}
              {tab === 'own' && own.length === 0 && (
                <>
                  <EmptyState title={texts.avatars.emptyTitle} text={texts.avatars.emptyText}>
                    {make}
                  </EmptyState>
                  {builtIn(all)}
                </>
              )}
              {tab === 'builtIn' && builtIn(all)}
              {tab === 'bin' && (
                <Suspense>
                  <BinList projectId={projectId} />
                </Suspense>
              )}
            </>
          );
        }}
      </Loaded>
      <Suspense>
        {dialog?.kind === 'new' && <NewAvatar projectId={projectId} onClose={() => setDialog(null)} />}
        {dialog?.kind === 'copy' && (
          <CopyAvatar projectId={projectId} avatar={dialog.avatar} onClose={() => setDialog(null)} />
        )}
        {dialog?.kind === 'photo' && (
          <OtherPhoto projectId={projectId} avatar={dialog.avatar} onClose={() => setDialog(null)} />
        )}
      </Suspense>
    </Page>
  );
}

type GalleryTabsProps = {
  readonly projectId: string;
  readonly tab: Tab;
  readonly onChange: (tab: Tab) => void;
  readonly own: number;
  readonly all: number;
};

function GalleryTabs({ projectId, tab, onChange, own, all }: GalleryTabsProps) {
  const texts = useTexts();
  const formats = useFormats();
  const binned = useQuery(binQuery(projectId)).data?.length;
  const label = (text: string, count?: number) => (count ? `${text} (${formats.number(count)})` : text);
  return (
    <Tabs value={tab} onChange={(value) => onChange(value === 'builtIn' || value === 'bin' ? value : 'own')}>
      <Tabs.List>
        <Tabs.Tab value="own">{label(texts.avatars.own, own)}</Tabs.Tab>
        <Tabs.Tab value="builtIn">{label(texts.avatars.builtIn, all - own)}</Tabs.Tab>
        <Tabs.Tab value="bin">{label(texts.bin.title, binned)}</Tabs.Tab>
      </Tabs.List>
    </Tabs>
  );
}
