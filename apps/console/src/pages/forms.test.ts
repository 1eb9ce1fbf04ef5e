import '../testing/browser-stand-in.ts';
import type { AuthOptions, FirstPageAvatar, ProviderVoices } from '@visavis/protocol/rest';
import type { ToolCall } from '@visavis/sdk';
import { createElement } from 'react';
import { expect, it } from 'vitest';
import { authOptionsQuery, avatarsQuery, firstPageQuery, userSessionsQuery, voicesQuery } from '../api/queries.ts';
import { sampleAvatar, sampleUser } from '../testing/samples.ts';
import { buttonsOf, fieldsOf, shown, wordsOf } from '../testing/shown.ts';
import { AccountPage } from './account/account-page.tsx';
import { LoginPage } from './account/login-page.tsx';
import { RegisterPage } from './account/register-page.tsx';
import { ResetPasswordPage } from './account/reset-password-page.tsx';
import { AvatarForm } from './avatars/avatar-form.tsx';
import { valuesOf } from './avatars/avatar-values.ts';
import { TalkLinkForm } from './avatars/talk-link-form.tsx';
import { VoiceField } from './avatars/voice-field.tsx';
import { noFilter } from './conversations/conversation-filter.ts';
import { ConversationFilters } from './conversations/conversation-filters.tsx';
import { FirstPagePage } from './operator/first-page-page.tsx';
import { CallSettings } from './playground/call-settings.tsx';
import { callValuesOf } from './playground/call-values.ts';
import { PendingToolCalls } from './playground/pending-tool-calls.ts';
import { ToolCallPanel } from './playground/tool-call-panel.tsx';
import { UsageFilters } from './usage/usage-filters.tsx';

const open: AuthOptions = { isFirst: false, isRegistrationOpen: true, isMailEnabled: true };
const answers = (options: Partial<AuthOptions> = {}) => [[authOptionsQuery.queryKey, { ...open, ...options }]] as const;

it('the log-in needs address and password, and offers an account where there may be one', () => {
  const html = shown(createElement(LoginPage), answers());
  expect(fieldsOf(html)).toEqual({ email: ['required', 'email'], password: ['required', 'password'] });
  expect(wordsOf(html)).toContain('No account yet? Create account');
  expect(wordsOf(shown(createElement(LoginPage), answers({ isRegistrationOpen: false })))).not.toContain('No account');
});

it('an account needs a name, an address and a password; where registration is closed there is no form', () => {
  const html = shown(createElement(RegisterPage), answers());
  expect(fieldsOf(html)).toEqual({
    name: ['required', 'text'],
    email: ['required', 'email'],
    password: ['required', 'password'],
  });
  const closed = shown(createElement(RegisterPage), answers({ isRegistrationOpen: false }));
  expect(fieldsOf(closed)).toEqual({});
  expect(wordsOf(closed)).toContain('Registration is closed.');
  expect(wordsOf(shown(createElement(RegisterPage), answers({ isFirst: true })))).toContain('Set up this server');
});

it('a new password is asked for by mail, by its link, or else of the operator', () => {
  expect(fieldsOf(shown(createElement(ResetPasswordPage), answers()))).toEqual({ email: ['required', 'email'] });
  const noMail = shown(createElement(ResetPasswordPage), answers({ isMailEnabled: false }));
  expect([fieldsOf(noMail), wordsOf(noMail)]).toEqual([{}, expect.stringContaining('This server sends no mail.')]);
  const before = globalThis.location;
  Object.assign(globalThis, { location: new URL('http://visavis.example/console/reset-password?token=t') });
  expect(fieldsOf(shown(createElement(ResetPasswordPage)))).toEqual({ newPassword: ['required', 'password'] });
  Object.assign(globalThis, { location: before });
});

it('the account has forms for name and password that are sent once changed, and the devices with a way to end the others', () => {
  const session = { ipAddress: '192.0.2.1', userAgent: 'Firefox', lastUsedAt: '2026-01-01T00:00:00Z' };
  const sessions = [
    { ...session, sessionId: 'a', isCurrent: true },
    { ...session, sessionId: 'b', isCurrent: false },
  ];
  const html = shown(createElement(AccountPage, { user: sampleUser }), [[userSessionsQuery.queryKey, sessions]]);
  expect(fieldsOf(html)).toEqual({
    name: ['required', 'text'],
    currentPassword: ['required', 'password'],
    newPassword: ['required', 'password'],
  });
  expect(buttonsOf(html).disabled).toEqual(['Discard', 'Save', 'Discard', 'Set the password']);
  expect(buttonsOf(html).enabled.filter((name) => name === 'Log out there')).toHaveLength(1);
  expect(wordsOf(html)).toContain('192.0.2.1 this device');
});

const voices: ProviderVoices = {
  provider: 'local',
  hasSamples: true,
  takesOtherNames: false,
  voices: [{ voice: 'marin', name: 'Clara', gender: 'female', language: 'en-US' }],
};
const nothing = () => undefined;
const clean = <Values extends object>(values: Values) => ({
  saved: values,
  values,
  isDirty: false,
  change: nothing,
  discard: nothing,
  adopt: nothing,
});

it('an avatar is asked for its voice also where the list of voices does not come; one that is made need not choose', () => {
  const field = (provider: string | null, answer?: readonly ProviderVoices[]) =>
    shown(
      createElement(VoiceField, { provider, language: 'en', voice: '', sampleText: '', onChange: nothing }),
      answer && [[voicesQuery.queryKey, answer]],
    );
  expect(fieldsOf(field(null))).toEqual({ voice: ['text'] });
  expect(fieldsOf(field('local'))).toEqual({ voice: ['required', 'text'] });
  expect(buttonsOf(field(null, [voices])).enabled).toEqual(['Voice: the usual one']);
});

it('an avatar is changed field by field, and saved once it is; tools that are none stop it', () => {
  const form = (values = valuesOf(sampleAvatar)) =>
    shown(
      createElement(AvatarForm, {
        projectId: 'p',
        avatar: sampleAvatar,
        draft: { ...clean(valuesOf(sampleAvatar)), values, isDirty: values.tools !== '' },
      }),
      [[voicesQuery.queryKey, [voices]]],
    );
  expect(fieldsOf(form())).toEqual({
    name: ['required', 'text'],
    prompt: ['long text'],
    firstMessage: ['long text'],
    knowledge: ['long text'],
    provider: ['hidden'],
    model: ['required', 'text'],
    tools: ['long text'],
    maxCallSeconds: ['text'],
  });
  expect(buttonsOf(form()).disabled).toEqual(['Discard', 'Save']);
  const broken = form({ ...valuesOf(sampleAvatar), tools: '[' });
  expect(buttonsOf(broken).disabled).toEqual(['Save']);
  expect(wordsOf(broken)).toContain('Tools: Line 1, character 2');
});

it('a link to talk is made at once, under a name that says whose it is', () => {
  const html = shown(createElement(TalkLinkForm, { projectId: 'p', avatar: sampleAvatar }));
  expect(fieldsOf(html)).toEqual({
    name: ['required', 'text'],
    maxConcurrentCalls: ['required', 'text'],
    maxMinutesPerDay: ['required', 'text'],
  });
  expect(html).toContain('value="Link to Nora"');
  expect(buttonsOf(html).enabled).toContain('Make link');
});

it('settings of a call are kept in an avatar of one’s own, and tried out alone with a built-in one', () => {
  const settings = (isSystem: boolean) => {
    const avatar = { ...sampleAvatar, isSystem };
    const values = callValuesOf(avatar);
    const typed = { ...clean(values), values: { ...values, prompt: 'Be brief.' }, isDirty: true };
    return shown(
      createElement(CallSettings, { projectId: 'p', avatar, draft: typed, inForce: values, onApply: nothing }),
      [[voicesQuery.queryKey, [voices]]],
    );
  };
  expect(buttonsOf(settings(false)).enabled).toEqual(
    expect.arrayContaining(['Apply to this call', 'Keep in the avatar']),
  );
  expect(buttonsOf(settings(true)).enabled).not.toContain('Keep in the avatar');
  expect(fieldsOf(settings(true))).toEqual({ prompt: ['long text'], firstMessage: ['long text'] });
});

it('a tool that the avatar calls is answered in a form, which is not told whole as news', () => {
  const call: ToolCall = { callId: 'c1', name: 'book_table', arguments: { guests: 4 } };
  const panel = { avatar: { ...sampleAvatar, tools: [{ name: 'book_table' }] }, pending: new PendingToolCalls() };
  const html = shown(createElement(ToolCallPanel, { ...panel, calls: [call] }));
  expect(wordsOf(html)).toContain('"guests": 4');
  expect(buttonsOf(html).enabled).toEqual(['Answer', 'Answer with an error']);
  const news = /<p[^>]*role="status"[^>]*>(.*?)<\/p>/.exec(html)?.[1];
  expect(news).toBe('The avatar calls book_table');
});

it('the operator shows avatars in an order: the first goes no further up, the last no further down', () => {
  const { avatarId: _id, ...avatar } = sampleAvatar;
  const avatars: readonly FirstPageAvatar[] = [
    { ...avatar, avatarId: 'a', name: 'Ada', isShown: true },
    { ...avatar, avatarId: 'b', name: 'Bea', isShown: true, state: 'making' },
    { ...avatar, avatarId: 'c', name: 'Cleo', isShown: false },
  ];
  const html = shown(createElement(FirstPagePage), [[firstPageQuery.queryKey, avatars]]);
  expect(buttonsOf(html)).toEqual({
    enabled: ['Move Ada down', 'Move Bea up'],
    disabled: ['Move Ada up', 'Move Bea down', 'Discard', 'Save'],
  });
  expect(wordsOf(html)).toMatch(
    /On the talk page .*Ada.*Bea.*Appears once it is ready\..* Not on the talk page .*Cleo/,
  );
  const none = shown(createElement(FirstPagePage), [[firstPageQuery.queryKey, []]]);
  expect(wordsOf(none)).toContain('No avatar to show');
});

it('conversations are filtered by words, state, avatar and days; usage by days that the server can be asked for', () => {
  const answers = [[avatarsQuery('p').queryKey, [sampleAvatar]]] as const;
  const filters = (filter: object) =>
    shown(
      createElement(ConversationFilters, { projectId: 'p', filter: { ...noFilter, ...filter }, onChange: nothing }),
      answers,
    );
  expect(wordsOf(filters({}))).not.toContain('Clear the filter');
  expect(buttonsOf(filters({ from: '2026-01-01' })).enabled).toContain('Clear the filter');
  expect(filters({ from: '2026-01-01' })).toContain('min="2026-01-01"');
  const usage = (isAskable: boolean) =>
    shown(
      createElement(UsageFilters, {
        projectId: 'p',
        choice: 'own',
        isAskable,
        onChoice: nothing,
        onChange: nothing,
        filter: { from: '2026-02-01', to: '2026-01-01', licenceId: null, avatarId: null },
      }),
      answers,
    );
  expect(wordsOf(usage(false))).toContain('Choose a first day that is not after the last, and 401 days at most.');
  expect(wordsOf(usage(true))).not.toContain('401');
});
