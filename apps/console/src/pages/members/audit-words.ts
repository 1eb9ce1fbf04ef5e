import { PROJECT_ROLES, type ProjectRole } from '@visavis/protocol';
import type { ProjectAuditEntry } from '@visavis/protocol/rest';
import type { MembersTexts } from '../../i18n/en/members.ts';

export function actionWords(action: string, texts: MembersTexts): string {
  const actions: Readonly<Record<string, string>> = texts.audit.actions;
  return actions[action] ?? action;
}

/** Who did it: the name, with the address of those who are members. */
export function personWords(person: ProjectAuditEntry['person'], texts: MembersTexts): string {
  if (person === null) return texts.audit.server;
  return personName(person, texts);
}

/** The name of what has this id now; null when it is gone, or no key or avatar. */
export type NameOf = (id: string) => string | null;

/** To whom or what (who did it is told beside it), and how: names, roles, addresses; of what else was changed, the names of the fields. */
export function detailWords(
  { person, subject, detail, subjectId }: ProjectAuditEntry,
  texts: MembersTexts,
  nameOf: NameOf,
): string {
  const { name, email, role, from, to, fields } = detail;
  const isChange = isRole(from) && isRole(to);
  const told = [
    subject === null || subject.userId === person?.userId ? null : personName(subject, texts),
    textOf(email),
    textOf(name) ?? (subjectId === null ? null : nameOf(subjectId)),
    isRole(role) ? texts.roles[role] : null,
    isChange ? `${texts.roles[from]} → ${texts.roles[to]}` : null,
    Array.isArray(fields) ? fields.join(', ') : null,
  ].filter((part) => part !== null);
  return told.length === 0 ? (subjectId?.slice(0, 8) ?? '') : told.join(' · ');
}

function personName({ name, email }: NonNullable<ProjectAuditEntry['person']>, texts: MembersTexts): string {
  if (name === null) return texts.audit.deleted;
  return email === null ? name : `${name} · ${email}`;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function isRole(value: unknown): value is ProjectRole {
  return PROJECT_ROLES.some((role) => role === value);
}
