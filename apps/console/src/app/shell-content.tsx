import { Button } from '@mantine/core';
import type { Project, User } from '@visavis/protocol/rest';
import { Suspense } from 'react';
import { FailureBoundary } from '../components/failure-boundary.tsx';
import { EmptyState } from '../components/page.tsx';
import { Waiting } from '../components/waiting.tsx';
import { useTexts } from '../i18n/language.tsx';
import {
  accountAddress,
  firstPageAddress,
  homeAddress,
  machineModelsAddress,
  neededRoles,
  newFilm,
  projectsAddress,
  readProjectPath,
  sectionAddress,
  serverLogAddress,
} from './addresses.ts';
import { Link } from './link.tsx';
import { part } from './part.ts';
import { Redirect } from './redirect.tsx';
import { ForRole, RoleProvider, ViewerNote } from './role.tsx';

const AccountPage = part(async () => (await import('../pages/account/account-page.tsx')).AccountPage);
const ProjectsPage = part(async () => (await import('../pages/projects/projects-page.tsx')).ProjectsPage);
const FilmsPage = part(async () => (await import('../pages/films/films-page.tsx')).FilmsPage);
const FilmPage = part(async () => (await import('../pages/films/film-page.tsx')).FilmPage);
const NewFilmPage = part(async () => (await import('../pages/films/new-film-page.tsx')).NewFilmPage);
const KeysPage = part(async () => (await import('../pages/keys/keys-page.tsx')).KeysPage);
const AvatarsPage = part(async () => (await import('../pages/avatars/avatars-page.tsx')).AvatarsPage);
const AvatarPage = part(async () => (await import('../pages/avatars/avatar-page.tsx')).AvatarPage);
const PlaygroundPage = part(async () => (await import('../pages/playground/playground-page.tsx')).PlaygroundPage);
const ConversationsPage = part(
  async () => (await import('../pages/conversations/conversations-page.tsx')).ConversationsPage,
);
const LivePage = part(async () => (await import('../pages/live/live-page.tsx')).LivePage);
const TranscriptPage = part(async () => (await import('../pages/conversations/transcript-page.tsx')).TranscriptPage);
const MembersPage = part(async () => (await import('../pages/members/members-page.tsx')).MembersPage);
const AuditPage = part(async () => (await import('../pages/members/audit-page.tsx')).AuditPage);
const UsagePage = part(async () => (await import('../pages/usage/usage-page.tsx')).UsagePage);
const WebhooksPage = part(async () => (await import('../pages/webhooks/webhooks-page.tsx')).WebhooksPage);
const FirstPagePage = part(async () => (await import('../pages/operator/first-page-page.tsx')).FirstPagePage);
const MachineModelsPage = part(
  async () => (await import('../pages/operator/machine-models-page.tsx')).MachineModelsPage,
);
const ServerLogPage = part(async () => (await import('../pages/operator/server-log-page.tsx')).ServerLogPage);

type ShellContentProps = { readonly user: User; readonly path: string; readonly projects: readonly Project[] };

export function ShellContent(props: ShellContentProps) {
  const content = (
    <FailureBoundary key={props.path}>
      <Suspense fallback={<Waiting />}>
        <Content {...props} />
      </Suspense>
    </FailureBoundary>
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
  if (path === machineModelsAddress && user.role === 'operator') return <MachineModelsPage />;
  if (path === firstPageAddress && user.role === 'operator') return <FirstPagePage />;
  if (path === projectsAddress) return <ProjectsPage projects={projects} />;
  if (path === accountAddress) return <AccountPage user={user} />;
  const place = readProjectPath(path);
  const project = projects.find(({ projectId }) => projectId === place?.projectId);
  if (place === null || project === undefined) return <NotFound />;
  return (
    <RoleProvider role={project.role}>
      <ViewerNote />
      <ForRole role={neededRoles[place.section]}>
        <ProjectContent {...place} />
      </ForRole>
    </RoleProvider>
  );
}

function ProjectContent({ projectId, section, subjectId, detail }: NonNullable<ReturnType<typeof readProjectPath>>) {
  if (section === 'avatars') {
    if (subjectId === null) return <AvatarsPage key={projectId} projectId={projectId} />;
    if (detail === 'talk') return <PlaygroundPage key={subjectId} projectId={projectId} avatarId={subjectId} />;
    return <AvatarPage key={subjectId} projectId={projectId} avatarId={subjectId} />;
  }
  if (section === 'films') return <Films projectId={projectId} subjectId={subjectId} />;
  if (section === 'conversations') {
    if (subjectId === null) return <ConversationsPage key={projectId} projectId={projectId} />;
    return <TranscriptPage key={subjectId} projectId={projectId} sessionId={subjectId} />;
  }
  if (subjectId !== null) return <NotFound />;
  if (section === 'live') return <LivePage key={projectId} projectId={projectId} />;
  if (section === 'keys') return <KeysPage key={projectId} projectId={projectId} />;
  if (section === 'members') return <MembersPage key={projectId} projectId={projectId} />;
  if (section === 'audit') return <AuditPage key={projectId} projectId={projectId} />;
  if (section === 'usage') return <UsagePage key={projectId} projectId={projectId} />;
  return <WebhooksPage key={projectId} projectId={projectId} />;
}

/** Viewers watch them. */
const filmsAreOrderedBy = 'editor';

function Films({ projectId, subjectId }: { readonly projectId: string; readonly subjectId: string | null }) {
  if (subjectId === null) return <FilmsPage key={projectId} projectId={projectId} />;
  if (subjectId !== newFilm) return <FilmPage key={subjectId} projectId={projectId} generationId={subjectId} />;
  return (
    <ForRole role={filmsAreOrderedBy}>
      <NewFilmPage key={projectId} projectId={projectId} />
    </ForRole>
  );
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
