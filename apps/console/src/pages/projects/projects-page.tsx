import { Button, Modal, NumberInput, TextInput } from '@mantine/core';
import type { Project } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { projectsQuery, useChange } from '../../api/queries.ts';
import { sectionAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { navigate } from '../../app/router.ts';
import { Confirm } from '../../components/confirm.tsx';
import classes from '../../components/console.module.css';
import { EmptyState, Page, Problem } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';

export function ProjectsPage({ projects }: { readonly projects: readonly Project[] }) {
  const texts = useTexts();
  const formats = useFormats();
  const [edited, setEdited] = useState<Project | 'new' | null>(null);
  const [doomed, setDoomed] = useState<Project | null>(null);
  const remove = useChange(
    (projectId: string) => request('DELETE', `/projects/${projectId}`),
    [projectsQuery.queryKey],
  );
  const create = <Button onClick={() => setEdited('new')}>{texts.projects.create}</Button>;
  return (
    <Page title={texts.projects.title} intro={texts.projects.intro} actions={projects.length > 0 && create}>
      {projects.length === 0 && (
        <EmptyState title={texts.projects.emptyTitle} text={texts.projects.emptyText}>
          {create}
        </EmptyState>
      )}
      <ul className={classes.list}>
        {projects.map((project) => (
          <li key={project.projectId} className={classes.row}>
            <div>
              <p className={classes.title}>
                <Link href={sectionAddress(project.projectId, 'avatars')}>{project.name}</Link>
              </p>
              <p className={classes.facts}>{texts.projects.createdAt(formats.date(project.createdAt))}</p>
            </div>
            <div className={classes.actions}>
              <Button variant="default" size="xs" onClick={() => setEdited(project)}>
                {texts.projects.edit}
              </Button>
              <Button variant="subtle" color="red" size="xs" onClick={() => setDoomed(project)}>
                {texts.common.delete}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      {edited !== null && <ProjectForm project={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
      <Confirm
        opened={doomed !== null}
        title={texts.projects.deleteTitle(doomed?.name ?? '')}
        text={texts.projects.deleteText}
        action={texts.common.delete}
        change={remove}
        onClose={() => setDoomed(null)}
        onConfirm={() => doomed && remove.mutate(doomed.projectId, { onSuccess: () => setDoomed(null) })}
      />
    </Page>
  );
}

function ProjectForm({ project, onClose }: { readonly project: Project | null; readonly onClose: () => void }) {
  const texts = useTexts();
  const [name, setName] = useState(project?.name ?? '');
  const [days, setDays] = useState<number | string>(project?.retentionDays ?? '');
  const save = useChange(
    () =>
      project === null
        ? request<Project>('POST', '/projects', { name })
        : request<Project>('PATCH', `/projects/${project.projectId}`, {
            ...{ name, retentionDays: days === '' ? null : Number(days) },
          }),
    [projectsQuery.queryKey],
  );
  const close = (saved: Project) => {
    onClose();
    if (project === null) navigate(sectionAddress(saved.projectId, 'keys'));
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={project === null ? texts.projects.create : texts.projects.edit}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': texts.common.close }}
    >
      <form
        className={classes.stack}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(undefined, { onSuccess: close });
        }}
      >
        <TextInput
          label={texts.common.name}
          required
          withAsterisk={false}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {project !== null && (
          <NumberInput
            label={texts.projects.retention}
            description={texts.projects.retentionHint}
            min={1}
            max={3650}
            allowDecimal={false}
            value={days}
            onChange={setDays}
          />
        )}
        <Problem error={save.error} />
        <div className={classes.actions}>
          <Button type="submit" loading={save.isPending}>
            {project === null ? texts.projects.createButton : texts.common.save}
          </Button>
          <Button variant="default" onClick={onClose}>
            {texts.common.cancel}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
