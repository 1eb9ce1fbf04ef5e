import '../testing/browser-stand-in.ts';
import type { ProjectRole } from '@visavis/protocol';
import type {
  AuditEntry,
  BinnedAvatar,
  Delivery,
  LedgerSum,
  LicenceKey,
  Transcript,
  Usage,
  Webhook,
} from '@visavis/protocol/rest';
import { createElement } from 'react';
import { describe, expect, it } from 'vitest';
import {
  avatarsQuery,
  binQuery,
  conversationsQuery,
  deliveriesQuery,
  firstStepsQuery,
  keysQuery,
  transcriptQuery,
  webhooksQuery,
} from '../api/queries.ts';
import { readProjectPath } from '../app/addresses.ts';
import { ForRole, RoleProvider, ViewerNote } from '../app/role.tsx';
import { ShellContent } from '../app/shell-content.tsx';
import { sampleAvatar, sampleProject, sampleTalk, sampleUser } from '../testing/samples.ts';
import { buttonsOf, shown, wordsOf } from '../testing/shown.ts';
import { BinList } from './avatars/bin-list.tsx';
import { Gallery } from './avatars/gallery-view.tsx';
import { noFilter, queryOfFilter } from './conversations/conversation-filter.ts';
import { ConversationsPage } from './conversations/conversations-page.tsx';
import { TranscriptPage } from './conversations/transcript-page.tsx';
import { FirstSteps } from './first-steps/first-steps.tsx';
import { KeysPage } from './keys/keys-page.tsx';
import { ServerLogPage } from './operator/server-log-page.tsx';
import { EventLog } from './playground/event-log.tsx';
import { ProjectsPage } from './projects/projects-page.tsx';
import { Ledger } from './usage/ledger.tsx';
import { UsageTables } from './usage/usage-tables.tsx';
import { Deliveries } from './webhooks/deliveries.tsx';
import { WebhooksPage } from './webhooks/webhooks-page.tsx';

const nothing = () => undefined;
const at = '2026-01-02T03:04:05Z';
const key: LicenceKey = {
  licenceId: 'k1',
  name: 'Shop',
  keyPrefix: 'sk_ab12',
  isPublic: false,
  createdAt: at,
  lastUsedAt: null,
  maxConcurrentCalls: 5,
  maxMinutesPerDay: null,
  allowedOrigins: ['https://shop.example'],
  revokedAt: null,
  toolArguments: 'string',
};

describe('lists', () => {
  it('projects, or what to begin with', () => {
    const some = shown(createElement(ProjectsPage, { projects: [sampleProject] }));
    expect(some).toContain(`href="/console/projects/${sampleProject.projectId}/avatars"`);
    expect(buttonsOf(some).enabled).toEqual(['New project', 'Edit', 'Delete']);
    const none = shown(createElement(ProjectsPage, { projects: [] }));
    expect([wordsOf(none), buttonsOf(none).enabled]).toEqual([
      expect.stringContaining('Begin with a project'),
      ['New project'],
    ]);
  });

  it('keys with their limits, and what can be done with those that work', () => {
    const page = (keys: readonly LicenceKey[]) =>
      shown(createElement(KeysPage, { projectId: 'p' }), [[keysQuery('p').queryKey, keys]]);
    const html = page([key, { ...key, licenceId: 'k2', name: 'Old', revokedAt: at }]);
    expect(wordsOf(html)).toContain(
      'sk_ab12… Last used: never Concurrent calls: 5 Minutes per day: no limit Allowed origins: https://shop.example',
    );
    expect(wordsOf(html)).toContain('Old revoked');
    expect([...html.matchAll(/aria-label="(Actions for [^"]*)"/g)].map(([, name]) => name)).toEqual([
      'Actions for Shop',
    ]);
    expect(wordsOf(page([]))).toContain('Your first key');
  });

  it('avatars: what is being made cannot be selected, what failed can be made again, and many stand on pages', () => {
    const avatars = [
      {
        ...sampleAvatar,
        avatarId: 'm',
        name: 'ada',
        state: 'making',
        job: { progress: 0.5, step: 'drawing the mouth' },
      },
      { ...sampleAvatar, avatarId: 'f', name: 'bea', state: 'failed', stateDetail: 'No face.' },
      ...Array.from({ length: 30 }, (_, index) => ({ ...sampleAvatar, avatarId: String(index), name: `n${index}` })),
    ] as const;
    const html = shown(
      createElement(Gallery, { projectId: 'p', avatars, canSelect: true, onCopy: nothing, onOtherPhoto: nothing }),
    );
    expect(wordsOf(html)).toContain('50 % · drawing the mouth');
    expect(html).not.toContain('Select Ada');
    expect(html).toContain('Select Bea');
    expect(buttonsOf(html).enabled).toEqual(
      expect.arrayContaining(['Choose another photo: bea', 'Try again: bea', 'Next page']),
    );
    expect(buttonsOf(html).disabled).toEqual(['Previous page']);
    expect(wordsOf(html)).toContain('1–24 of 32');
  });

  it('what was deleted, with until when it can be restored', () => {
    const binned: BinnedAvatar = {
      avatarId: 'b',
      name: 'nora',
      title: '',
      state: 'ready',
      pictureUrl: null,
      deletedAt: at,
      restorableUntil: '2026-01-09T03:04:05Z',
    };
    const list = (all: readonly BinnedAvatar[]) =>
      shown(createElement(BinList, { projectId: 'p' }), [[binQuery('p').queryKey, all]]);
    expect(buttonsOf(list([binned])).enabled).toEqual(['Restore: nora', 'Delete now: nora']);
    expect(wordsOf(list([binned]))).toContain('can be restored until Jan 9, 2026');
    expect(wordsOf(list([]))).toContain('The bin is empty');
  });

  it('conversations, one row each; one with a deleted avatar too', () => {
    const query = { ...queryOfFilter(noFilter), cursor: '' };
    const page = (items: readonly object[], nextCursor: string | null = null) =>
      shown(createElement(ConversationsPage, { projectId: 'p' }), [
        [conversationsQuery('p', query).queryKey, { items, nextCursor }],
        [avatarsQuery('p').queryKey, [sampleAvatar]],
      ]);
    const gone = {
      ...sampleTalk,
      sessionId: 's2',
      avatarName: null,
      status: 'failed',
      firstWords: null,
      rating: 'down',
    };
    const words = wordsOf(page([sampleTalk, gone], 'next'));
    expect(words).toMatch(/Nora Is there tea\? .* 2:05 4 – 0\.8 s/);
    expect(words).toMatch(/deleted avatar Nothing was said\. .* failed 2:05 4 Not good 0\.8 s/);
    expect(buttonsOf(page([sampleTalk], 'next'))).toMatchObject({
      enabled: expect.arrayContaining(['Next page']),
      disabled: ['Previous page'],
    });
    expect(buttonsOf(page([sampleTalk])).disabled).toEqual([]);
    expect(wordsOf(page([]))).toContain('No conversation yet');
  });

  it('what was said, by whom and when, and how it ended; what goes on cannot be deleted', () => {
    const talk: Transcript = {
      ...sampleTalk,
      recordingUrl: null,
      recordingOffsetMs: null,
      toolCalls: [],
      usage: [],
      messages: [
        {
          messageId: 1,
          role: 'user',
          text: 'Is there tea?',
          at,
          offsetMs: 2000,
          endMs: 3000,
          latencyMs: null,
          interrupted: false,
          sources: [],
          by: null,
        },
        {
          messageId: 2,
          role: 'assistant',
          text: 'Green',
          at,
          offsetMs: 4000,
          endMs: 5000,
          latencyMs: 840,
          interrupted: true,
          sources: [],
          by: null,
        },
      ],
    };
    const page = (part: Partial<Transcript>) =>
      shown(createElement(TranscriptPage, { projectId: 'p', sessionId: 's1' }), [
        [transcriptQuery('p', 's1').queryKey, { ...talk, ...part }],
      ]);
    expect(wordsOf(page({}))).toContain('Person 0:02 Is there tea? Avatar 0:04 answered after 0.8 s interrupted Green');
    const answered = talk.messages.map((message) => ({ ...message, by: 'operator' as const, interrupted: false }));
    expect(wordsOf(page({ messages: answered }))).toContain('answered after 0.8 s a person answered Green');
    expect(wordsOf(page({}))).toContain('Ended The person hung up');
    expect(buttonsOf(page({})).enabled).toContain('Delete');
    expect(buttonsOf(page({ status: 'active' })).enabled).not.toContain('Delete');
    expect(buttonsOf(page({ recordingUrl: '/film.mp4' })).enabled).toContain('Play from 0:02');
  });

  it('usage by avatar, key and day, and the ledger', () => {
    const sum = { calls: 1, callSeconds: 90, generatedSeconds: 0, points: 1.5 };
    const usage: Usage = {
      from: '2026-01-01',
      to: '2026-01-02',
      days: [{ ...sum, day: '2026-01-01', licenceId: 'k1' }],
      avatars: [
        { ...sum, avatarId: 'a1', avatarName: 'nora' },
        { ...sum, avatarId: '', avatarName: null },
      ],
    };
    const tables = shown(createElement(UsageTables, { projectId: 'p', usage }), [[keysQuery('p').queryKey, [key]]]);
    expect(wordsOf(tables)).toMatch(/Nora 1 1\.5 1\.5 not known .* Shop 1 1\.5 1\.5 .* 2026-01-01 1 1\.5 1\.5/);
    const entry: LedgerSum = {
      entryId: 1,
      at,
      kind: 'call',
      points: -1.5,
      seconds: 90,
      licenceId: 'k1',
      sourceId: 's1',
      note: null,
      keyName: 'Shop',
      avatarId: 'a1',
      avatarName: 'nora',
      hasTranscript: true,
    };
    const range = { from: '2026-01-01', to: '2026-01-02' };
    const ledger = (items: readonly LedgerSum[]) =>
      shown(createElement(Ledger, { projectId: 'p', range }), [
        [['ledger', 'p', range.from, range.to], { pages: [{ items, nextCursor: null }], pageParams: [''] }],
      ]);
    expect(wordsOf(ledger([entry]))).toContain('Call · Nora Shop 1:30 -1.5');
    expect(ledger([entry])).toContain('href="/console/projects/p/conversations/s1"');
    expect(ledger([{ ...entry, hasTranscript: false }])).not.toContain('href');
    expect(wordsOf(ledger([]))).toContain('Nothing was charged or granted yet.');
  });

  it('webhooks, and what was posted to one with how it was answered, once', () => {
    const webhook: Webhook = {
      webhookId: 'w',
      kind: 'session',
      url: 'https://a.example/',
      isEnabled: true,
      createdAt: at,
    };
    const page = (all: readonly Webhook[]) =>
      shown(createElement(WebhooksPage, { projectId: 'p' }), [[webhooksQuery('p').queryKey, all]]);
    expect(wordsOf(page([webhook]))).toContain('https://a.example/ The whole talk at its end');
    expect(wordsOf(page([]))).toContain('Let your server know');
    const delivery: Delivery = {
      deliveryId: 'd',
      event: 'session.ended',
      body: '{}',
      bodyLength: 2,
      state: 'failed',
      nextAttemptAt: null,
      createdAt: at,
      deliveredAt: null,
      attempts: [
        {
          at,
          status: 500,
          fault: null,
          error: 'The receiver answered 500.',
          durationMs: 12,
          answer: '',
          isAnswerKept: true,
        },
      ],
    };
    const list = (items: readonly Delivery[]) =>
      shown(createElement(Deliveries, { projectId: 'p', webhookId: 'w' }), [
        [deliveriesQuery('p', 'w').queryKey, { items, nextCursor: null }],
      ]);
    expect(wordsOf(list([delivery]))).toMatch(/^failed session\.ended .* Attempts: 1 HTTP 500 Details Send again$/);
    expect(buttonsOf(list([{ ...delivery, state: 'running' }])).enabled).toHaveLength(1);
    expect(wordsOf(list([]))).toContain('Nothing was sent yet.');
  });

  it('first steps, ticked; the server’s log; events of a call', () => {
    const steps = { avatar: true, talk: false, key: true, embed: false, call: false };
    const list = shown(createElement(FirstSteps, { projectId: 'p' }), [[firstStepsQuery('p').queryKey, steps]]);
    expect(wordsOf(list)).toContain('2 of 5 done');
    expect(list.match(/aria-label="Done"/g)).toHaveLength(2);
    const refused: AuditEntry = {
      entryId: 1,
      at,
      userId: null,
      projectId: null,
      action: 'call.refused',
      subjectId: 'k1',
      detail: { times: 3 },
      ipAddress: '192.0.2.1',
    };
    const log = shown(createElement(ServerLogPage), [
      [['server-log'], { pages: [{ items: [refused], nextCursor: 'more' }], pageParams: [''] }],
    ]);
    expect(wordsOf(log)).toContain('Call refused or ended k1 192.0.2.1 3 Show more');
    const entry = {
      id: 1,
      offsetMs: 1500,
      source: 'sent',
      kind: 'session.update',
      detail: '',
      message: {},
      repeats: 1,
    } as const;
    const events = shown(createElement(EventLog, { log: { entries: [entry], turns: [], droppedEntries: 0 } }));
    expect(wordsOf(events)).toContain('1.50 s ↑ session.update × 2');
    // Running numbers are no news.
    expect(events).not.toContain('role="status"');
  });
});

describe('guards', () => {
  const content = (path: string, role: 'operator' | 'member' = 'member') =>
    wordsOf(
      shown(createElement(ShellContent, { path, user: { ...sampleUser, role }, projects: [sampleProject] }), [
        [['server-log'], { pages: [{ items: [], nextCursor: null }], pageParams: [''] }],
      ]),
    );
  const nothingThere = /There is nothing at this address\./;

  it('keep pages of the operator from others', () => {
    for (const path of ['/console/log', '/console/first-page', '/console/models']) {
      expect(content(path)).toMatch(nothingThere);
      expect(content(path, 'operator')).not.toMatch(nothingThere);
    }
  });

  it('know only one’s own projects and the pages that there are', () => {
    const own = `/console/projects/${sampleProject.projectId}`;
    for (const path of [`/console/projects/${'e'.repeat(32)}/keys`, `${own}/nothing`, `${own}/keys/k1`, '/console/x']) {
      expect([path, content(path)]).toEqual([path, expect.stringMatching(nothingThere)]);
    }
    expect(content(`${own}/keys`)).not.toMatch(nothingThere);
    expect(readProjectPath(`${own}/conversations/a%2Fb`)?.subjectId).toBe('a/b');
  });

  it('offer viewers nothing that the server would refuse them, and say so', () => {
    const binned: BinnedAvatar = {
      avatarId: 'b',
      name: 'nora',
      title: '',
      state: 'ready',
      pictureUrl: null,
      deletedAt: at,
      restorableUntil: at,
    };
    const bin = (role: ProjectRole) => {
      const children = [createElement(ViewerNote, { key: 1 }), createElement(BinList, { key: 2, projectId: 'p' })];
      return shown(createElement(RoleProvider, { role, children }), [[binQuery('p').queryKey, [binned]]]);
    };
    expect(buttonsOf(bin('editor')).enabled).toEqual(['Restore: nora', 'Delete now: nora']);
    expect([buttonsOf(bin('viewer')).enabled, wordsOf(bin('viewer'))]).toEqual([[], expect.stringContaining('Nora')]);
    expect(bin('viewer')).toContain('role="note"');
    expect(bin('editor')).not.toContain('role="note"');
    const owners = { role: 'owner', children: 'Inside' } as const;
    const page = (role: ProjectRole) => {
      const children = createElement(ForRole, owners);
      return wordsOf(shown(createElement(RoleProvider, { role, children })));
    };
    expect([page('owner'), page('editor') === 'Inside']).toEqual(['Inside', false]);
  });
});
