import { Burger, Button, Drawer, SegmentedControl, Select, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { isRoleEnough, type ProjectRole } from '@visavis/protocol';
import type { Project, User } from '@visavis/protocol/rest';
import { useEffect, useState } from 'react';
import { request } from '../api/client.ts';
import { projectsQuery, sessionQuery, useChange } from '../api/queries.ts';
import { LanguageSwitch } from '../components/language-switch.tsx';
import { Logo } from '../components/logo.tsx';
import { Loaded } from '../components/page.tsx';
import { useTexts } from '../i18n/language.tsx';
import { useMachineModelsTexts } from '../i18n/machine-models-texts.ts';
import { useMembersTexts } from '../i18n/members-texts.ts';
import { MakingWatch } from '../pages/avatars/making-watch.tsx';
import { forgetKeptFiles } from '../pages/films/kept-files.ts';
import {
  accountAddress,
  firstPageAddress,
  homeAddress,
  machineModelsAddress,
  neededRoles,
  projectsAddress,
  readProjectPath,
  sectionAddress,
  sections,
  serverLogAddress,
} from './addresses.ts';
import { Link } from './link.tsx';
import { navigate, router } from './router.ts';
import classes from './shell.module.css';
import { ShellContent } from './shell-content.tsx';

type ShellProps = { readonly user: User; readonly path: string };

/** Navigation beside the page; in a drawer on small screens. */
export function Shell({ user, path }: ShellProps) {
  const texts = useTexts();
  const projects = useQuery(projectsQuery);
  const [menuOpen, setMenuOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever arrives at another page has used the menu.
  useEffect(() => setMenuOpen(false), [path]);
  const known = projects.data ?? [];
  const place = readProjectPath(path);
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {texts.shell.skip}
      </a>
      <div className={classes.top}>
        <Brand />
        <Burger opened={menuOpen} onClick={() => setMenuOpen(true)} aria-label={texts.shell.menu} size="sm" />
      </div>
      <aside className={`${classes.side} ${classes.desktop}`}>
        <Brand />
        <Navigation user={user} path={path} projects={known} />
      </aside>
      <Drawer
        opened={menuOpen}
        onClose={() => setMenuOpen(false)}
        size={300}
        title="Visavis"
        closeButtonProps={{ 'aria-label': texts.common.close }}
      >
        <div className={classes.drawer}>
          <Navigation user={user} path={path} projects={known} />
        </div>
      </Drawer>
      <div id="content" className={classes.content}>
        {place !== null && known.some(({ projectId }) => projectId === place.projectId) && (
          <MakingWatch key={place.projectId} projectId={place.projectId} />
        )}
        <Loaded of={projects}>{(all) => <ShellContent user={user} path={path} projects={all} />}</Loaded>
      </div>
    </div>
  );
}

function Brand() {
  return (
    <Link href={homeAddress} className={classes.brand}>
      <Logo />
      Visavis
    </Link>
  );
}

function Navigation({ user, path, projects }: ShellProps & { readonly projects: readonly Project[] }) {
  const texts = useTexts();
  const models = useMachineModelsTexts();
  const place = readProjectPath(path);
  const project = projects.find(({ projectId }) => projectId === place?.projectId) ?? projects[0];
  const roleOf = (id: string) => projects.find(({ projectId }) => projectId === id)?.role ?? 'viewer';
  const logout = useChange(() => request('POST', '/auth/logout').then(forgetKeptFiles), [sessionQuery.queryKey]);
  return (
    <>
      {project !== undefined && (
        <Select
          label={texts.shell.project}
          data={projects.map(({ projectId, name }) => ({ value: projectId, label: name }))}
          renderOption={({ option }) => <ProjectOption name={option.label} role={roleOf(option.value)} />}
          value={project.projectId}
          allowDeselect={false}
          onChange={(id) => id && navigate(sectionAddress(id, place?.section ?? 'avatars'))}
        />
      )}
      <nav className={classes.nav} aria-label={texts.shell.navigation}>
        {project !== undefined &&
          sections
            .filter((section) => isRoleEnough(project.role, neededRoles[section]))
            .map((section) => (
              <Link
                key={section}
                href={sectionAddress(project.projectId, section)}
                aria-current={place?.section === section ? 'page' : undefined}
              >
                {texts.shell.sections[section]}
              </Link>
            ))}
        <Link href={projectsAddress} aria-current={path === projectsAddress ? 'page' : undefined}>
          {texts.shell.allProjects}
        </Link>
      </nav>
      <div className={classes.foot}>
        <div className={classes.nav}>
          <a href="/">{texts.shell.talkPage}</a>
          <a href="/docs/">{texts.shell.docs}</a>
          <a href="/reference">{texts.shell.reference}</a>
          {user.role === 'operator' && (
            <>
              <Link href={firstPageAddress} aria-current={path === firstPageAddress ? 'page' : undefined}>
                {texts.firstPage.title}
              </Link>
              <Link href={machineModelsAddress} aria-current={path === machineModelsAddress ? 'page' : undefined}>
                {models.title}
              </Link>
              <Link href={serverLogAddress} aria-current={path === serverLogAddress ? 'page' : undefined}>
                {texts.serverLog.title}
              </Link>
            </>
          )}
          <Link href={accountAddress} aria-current={path === accountAddress ? 'page' : undefined}>
            {texts.shell.account}
          </Link>
        </div>
        <Preferences />
        <p className={classes.user}>{user.email}</p>
        <Button
          variant="default"
          loading={logout.isPending}
          onClick={() => router.leave(() => logout.mutate(undefined))}
        >
          {texts.auth.logout}
        </Button>
      </div>
    </>
  );
}

/** A project with what one is in it. */
function ProjectOption({ name, role }: { readonly name: string; readonly role: ProjectRole }) {
  const { roles } = useMembersTexts();
  return (
    <span className={classes.option}>
      <span>{name}</span>
      <small>{roles[role]}</small>
    </span>
  );
}

function Preferences() {
  const texts = useTexts();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={texts.shell.theme}
        data={[
          { value: 'auto', label: texts.shell.themes.auto },
          { value: 'light', label: texts.shell.themes.light },
          { value: 'dark', label: texts.shell.themes.dark },
        ]}
        value={colorScheme}
        onChange={(value) => setColorScheme(value === 'light' || value === 'dark' ? value : 'auto')}
      />
      <LanguageSwitch compact label={texts.shell.language} />
    </>
  );
}
