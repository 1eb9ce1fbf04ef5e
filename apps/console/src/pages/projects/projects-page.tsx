import { Badge, Button } from '@mantine/core';
import { isRoleEnough, LIMITS } from '@visavis/protocol';
import type { Project } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { projectsQuery, useChange } from '../../api/queries.ts';
import { sectionAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { navigate } from '../../app/router.ts';
import { Confirm } from '../../components/confirm.tsx';
import classes from '../../components/console.module.css';
import { useDraft } from '../../components/draft.ts';
import { NumberField, TextField } from '../../components/fields.tsx';
import { FormDialog } from '../../components/form.tsx';
import { EmptyState, Page } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { useMembersTexts } from '../../i18n/members-texts.ts';

export function ProjectsPage({ projects }: { readonly projects: readonly Project[] }) {
  const texts = useTexts();
  const formats = useFormats();
  const { roles } = useMembersTexts();
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
                {project.role !== 'owner' && (
                  <Badge variant="light" color="gray">
                    {roles[project.role]}
                  </Badge>
                )}
              </p>
              <p className={classes.facts}>{texts.projects.createdAt(formats.date(project.createdAt))}</p>
            </div>
            <div className={classes.actions}>
              {isRoleEnough(project.role, 'editor') && (
                <Button variant="default" size="xs" onClick={() => setEdited(project)}>
                  {texts.projects.edit}
                </Button>
              )}
              {project.role === 'owner' && (
                <Button variant="subtle" color="red" size="xs" onClick={() => setDoomed(project)}>
                  {texts.common.delete}
                </Button>
              )}
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

type ProjectValues = { readonly name: string; readonly days: number | string };

function ProjectForm({ project, onClose }: { readonly project: Project | null; readonly onClose: () => void }) {
  const texts = useTexts();
  const draft = useDraft<ProjectValues>({ name: project?.name ?? '', days: project?.retentionDays ?? '' });
  const save = useChange(
    ({ name, days }: ProjectValues) => {
      if (project === null) return request<Project>('POST', '/projects', { name });
      const retentionDays = days === '' ? null : Number(days);
      return request<Project>('PATCH', `/projects/${project.projectId}`, { name, retentionDays });
    },
    [projectsQuery.queryKey],
  );
  const close = (saved: Project) => {
    onClose();
    if (project === null) navigate(sectionAddress(saved.projectId, 'keys'));
  };
  return (
    <FormDialog
      isNew={project === null}
      draft={draft}
      saving={save}
      title={project === null ? texts.projects.create : texts.projects.edit}
      action={project === null ? texts.projects.createButton : texts.common.save}
      onClose={onClose}
      onSaved={close}
    >
      <TextField
        name="name"
        label={texts.common.name}
        required
        maxLength={LIMITS.characters.name}
        data-autofocus
        value={draft.values.name}
        onChange={(name) => draft.change({ name })}
      />
      {project !== null && (
        <NumberField
          name="retentionDays"
          label={texts.projects.retention}
          description={texts.projects.retentionHint}
          range={LIMITS.ranges.retentionDays}
          value={draft.values.days}
          onChange={(days) => draft.change({ days })}
        />
      )}
    </FormDialog>
  );
}
