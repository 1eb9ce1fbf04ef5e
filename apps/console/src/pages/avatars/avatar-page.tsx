import { Alert, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { shownName } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { avatarQuery } from '../../api/queries.ts';
import { playgroundAddress, sectionAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { useMay } from '../../app/role.tsx';
import { navigate } from '../../app/router.ts';
import classes from '../../components/console.module.css';
import { useDraft } from '../../components/draft.ts';
import { Loaded, Page } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { AvatarForm } from './avatar-form.tsx';
import { AvatarPreview } from './avatar-preview.tsx';
import { valuesOf } from './avatar-values.ts';
import own from './avatars-page.module.css';
import { DeleteAvatar } from './delete-avatar.tsx';
import { Documents } from './documents/documents.tsx';
import { EmbedCode } from './embed-code.tsx';
import { McpServers } from './mcp/mcp-servers.tsx';
import { TalkLinkForm } from './talk-link-form.tsx';

type AvatarPageProps = { readonly projectId: string; readonly avatarId: string };

/** One avatar: its settings, how to put it on a site, its end. */
export function AvatarPage({ projectId, avatarId }: AvatarPageProps) {
  const avatar = useQuery(avatarQuery(projectId, avatarId));
  return <Loaded of={avatar}>{(found) => <Editor projectId={projectId} avatar={found} />}</Loaded>;
}

function Editor({ projectId, avatar }: { readonly projectId: string; readonly avatar: Avatar }) {
  const texts = useTexts();
  const list = sectionAddress(projectId, 'avatars');
  const avatarPath = `/projects/${projectId}/avatars/${avatar.avatarId}`;
  const draft = useDraft(valuesOf(avatar));
  const mayChange = useMay('editor');
  return (
    <Page
      title={shownName(avatar.name)}
      intro={<Link href={list}>{texts.avatars.back}</Link>}
      actions={
        <>
          <Button component={Link} href={playgroundAddress(projectId, avatar.avatarId)}>
            {texts.avatars.talk}
          </Button>
          {mayChange && !avatar.isSystem && avatar.state !== 'making' && (
            <DeleteAvatar projectId={projectId} avatar={avatar} onDeleted={() => navigate(list, { anyway: true })} />
          )}
        </>
      }
    >
      <div className={own.editor}>
        <div className={classes.stack}>
          {avatar.notice !== null && <Alert role="note">{texts.avatars.notices[avatar.notice.code]}</Alert>}
          {avatar.isSystem ? (
            <Alert>{texts.avatars.systemNotice}</Alert>
          ) : (
            <>
              <AvatarForm projectId={projectId} avatar={avatar} draft={draft} />
              <Documents avatarPath={avatarPath} />
              <McpServers avatarPath={avatarPath} />
            </>
          )}
          <EmbedCode projectId={projectId} avatar={avatar} />
          {mayChange && avatar.state === 'ready' && <TalkLinkForm projectId={projectId} avatar={avatar} />}
        </div>
        <AvatarPreview projectId={projectId} avatar={avatar} values={draft.values} />
      </div>
    </Page>
  );
}
