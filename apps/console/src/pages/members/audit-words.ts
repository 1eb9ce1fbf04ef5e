import { PROJECT_ROLES, type ProjectRole } from '@visavis/protocol';
import type { ProjectAuditEntry } from '@visavis/protocol/rest';
import type { MembersTexts } from '../../i18n/en/members.ts';

export function actionWords(action: string, texts: MembersTexts): string {
  const actions: Readonly<Record<string, string>> = texts.audit.actions;
  return actions[action] ?? action;
}

export type Person = NonNullable<ProjectAuditEntry['person']>;

/** Who did it: the name, with the address of those who are members. */
export function personWords(person: ProjectAuditEntry['person'], texts: MembersTexts): string {
  if (person === null) return texts.audit.server;
  return personName(person, texts);
}

/** To choose by: of accounts that are gone there may be several. */
export function choiceWords(person: Person, texts: MembersTexts): string {
  const words = personName(person, texts);
  return person.name === null ? `${words} · ${person.userId.slice(0, 8)}` : words;
}

/** Those who are known, then whoever else did something: members who were removed can be asked for, too. The same list when nobody is new. */
export function withPeopleOf(known: readonly Person[], entries: readonly ProjectAuditEntry[]): readonly Person[] {
  const people = new Map(known.map((person) => [person.userId, person]));
  for (const { person } of entries)
    if (person !== null && !people.has(person.userId)) people.set(person.userId, person);
  return people.size === known.length ? known : [...people.values()];
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

function personName({ name, email }: Person, texts: MembersTexts): string {
  if (name === null) return texts.audit.deleted;
  return email === null ? name : `${name} · ${email}`;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function isRole(value: unknown): value is ProjectRole {
  return PROJECT_ROLES.some((role) => role === value);
}
