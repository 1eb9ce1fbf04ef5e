import { Button, Loader } from '@mantine/core';
import type { Project, User } from '@visavis/protocol/rest';
import { lazy, Suspense } from 'react';
import { EmptyState } from '../components/page.tsx';
import { useTexts } from '../i18n/language.tsx';
import {
  accountAddress,
  homeAddress,
  projectsAddress,
  readProjectPath,
  sectionAddress,
  serverLogAddress,
} from './addresses.ts';
import { Link } from './link.tsx';
import { Redirect } from './redirect.tsx';

const AccountPage = lazy(async () => ({ default: (await import('../pages/account/account-page.tsx')).AccountPage }));
const ProjectsPage = lazy(async () => ({
  default: (await import('../pages/projects/projects-page.tsx')).ProjectsPage,
}));
const KeysPage = lazy(async () => ({ default: (await import('../pages/keys/keys-page.tsx')).KeysPage }));
const AvatarsPage = lazy(async () => ({ default: (await import('../pages/avatars/avatars-page.tsx')).AvatarsPage }));
const AvatarPage = lazy(async () => ({ default: (await import('../pages/avatars/avatar-page.tsx')).AvatarPage }));
const PlaygroundPage = lazy(async () => ({
  default: (await import('../pages/playground/playground-page.tsx')).PlaygroundPage,
}));
const ConversationsPage = lazy(async () => ({
  default: (await import('../pages/conversations/conversations-page.tsx')).ConversationsPage,
}));
const TranscriptPage = lazy(async () => ({
  default: (await import('../pages/conversations/transcript-page.tsx')).TranscriptPage,
}));
const UsagePage = lazy(async () => ({ default: (await import('../pages/usage/usage-page.tsx')).UsagePage }));
const WebhooksPage = lazy(async () => ({
  default: (await import('../pages/webhooks/webhooks-page.tsx')).WebhooksPage,
}));
const ServerLogPage = lazy(async () => ({
  default: (await import('../pages/operator/server-log-page.tsx')).ServerLogPage,
}));

type ShellContentProps = { readonly user: User; readonly path: string; readonly projects: readonly Project[] };

export function ShellContent(props: ShellContentProps) {
  const texts = useTexts();
  const content = (
    <Suspense fallback={<Loader role="status" aria-label={texts.common.loading} type="dots" />}>
      <Content {...props} />
    </Suspense>
  );
  // The call view of the playground is a main region itself.
  return readProjectPath(props.path)?.detail === 'talk' ? content : <main>{content}</main>;
}

function Content({ user, path, projects }: ShellContentProps) {
  if (path === homeAddress) {
    const first = projects[0];
    return <Redirect to={first === undefined ? projectsAddress : sectionAddress(first.projectId, 'avatars')} />;
  }
  if (path === serverLogAddress && user.role === 'operator') return <ServerLogPage />;
  if (path === projectsAddress) return <ProjectsPage projects={projects} />;
  if (path === accountAddress) return <AccountPage user={user} />;
  const place = readProjectPath(path);
  if (place === null || !projects.some(({ projectId }) => projectId === place.projectId)) return <NotFound />;
  const { projectId, section, subjectId, detail } = place;
  if (section === 'avatars') {
    if (subjectId === null) return <AvatarsPage key={projectId} projectId={projectId} />;
    if (detail === 'talk') return <PlaygroundPage key={subjectId} projectId={projectId} avatarId={subjectId} />;
    return <AvatarPage key={subjectId} projectId={projectId} avatarId={subjectId} />;
  }
  if (section === 'conversations') {
    if (subjectId === null) return <ConversationsPage key={projectId} projectId={projectId} />;
    return <TranscriptPage key={subjectId} projectId={projectId} sessionId={subjectId} />;
  }
  if (subjectId !== null) return <NotFound />;
  if (section === 'keys') return <KeysPage key={projectId} projectId={projectId} />;
  if (section === 'usage') return <UsagePage key={projectId} projectId={projectId} />;
  return <WebhooksPage key={projectId} projectId={projectId} />;
}

function NotFound() {
  const texts = useTexts();
  return (
    <EmptyState title={texts.common.notFoundTitle} text={texts.common.notFoundAdvice}>
      <Button component={Link} href={homeAddress} variant="default">
        {texts.common.toStart}
      </Button>
    </EmptyState>
  );
}
