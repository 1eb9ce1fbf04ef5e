import type { ProjectAuditEntry } from '@visavis/protocol/rest';
import { expect, it } from 'vitest';
import { en } from '../../i18n/en/members.ts';
import { actionWords, choiceWords, detailWords, personWords, withPeopleOf } from './audit-words.ts';

const entry = (part: Partial<ProjectAuditEntry>): ProjectAuditEntry => ({
  entryId: 1,
  at: '2026-01-31T00:00:00.000Z',
  action: 'x',
  subjectId: null,
  ipAddress: null,
  detail: {},
  person: null,
  subject: null,
  ...part,
});
const unknown = () => null;
const mia = { userId: 'a'.repeat(32), name: 'Mia', email: 'mia@example.org' };

it('tells who: members with their address, others by name, the server by itself', () => {
  expect(personWords(mia, en)).toBe('Mia · mia@example.org');
  expect(personWords({ ...mia, email: null }, en)).toBe('Mia');
  expect(personWords({ ...mia, name: null, email: null }, en)).toBe('Deleted account');
  expect(personWords(null, en)).toBe('The server');
});

it('offers to choose whoever did something, members who were removed and accounts that are gone among them', () => {
  const former = { userId: 'b'.repeat(32), name: 'Leo', email: null };
  const gone = { userId: 'c'.repeat(32), name: null, email: null };
  const entries = [mia, null, former, gone, mia].map((person) => entry({ person }));
  const people = withPeopleOf([mia], entries);
  expect(people).toEqual([mia, former, gone]);
  expect(withPeopleOf(people, entries)).toBe(people);
  expect(people.map((person) => choiceWords(person, en))).toEqual([
    'Mia · mia@example.org',
    'Leo',
    'Deleted account · cccccccc',
  ]);
});

it('tells what and to whom in words, and an action that it does not know by its name', () => {
  expect(actionWords('member.role-changed', en)).toBe('Changed a role');
  expect(actionWords('constructor.new', en)).toBe('constructor.new');
  expect(detailWords(entry({ subject: mia, detail: { from: 'viewer', to: 'editor' } }), en, unknown)).toBe(
    'Mia · mia@example.org · Viewer → Editor',
  );
  expect(detailWords(entry({ detail: { role: 'viewer', email: 'leo@example.org' } }), en, unknown)).toBe(
    'leo@example.org · Viewer',
  );
  expect(detailWords(entry({ detail: { fields: ['prompt', 'voice'] } }), en, unknown)).toBe('prompt, voice');
  expect(detailWords(entry({ subjectId: '0123456789abcdef' }), en, unknown)).toBe('01234567');
  const joined = entry({ person: mia, subject: mia, detail: { role: 'viewer' } });
  expect(detailWords(joined, en, unknown)).toBe('Viewer');
  const named = entry({ subjectId: 'a', detail: { fields: ['voice'] } });
  expect(detailWords(named, en, (id) => (id === 'a' ? 'Nora' : null))).toBe('Nora · voice');
});
