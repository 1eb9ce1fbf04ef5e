import { ERROR_CODES, errorEntry } from '@visavis/protocol';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { type CallProblem, callProblem, problemCodes } from '../call-problem.ts';
import { type CallSnapshot, initialParts } from '../call-snapshot.ts';
import { emptyConversation } from '../conversation.ts';
import type { MicrophoneStatus } from '../microphone-control.ts';
import { VisavisAvatar } from '../react.ts';
import type { Caption } from '../transcript.ts';
import { type AvatarAttributes, callOptionsOf, readAttributes } from './avatar-attributes.ts';
import type { CardAnswer } from './avatar-card.ts';
import { viewOf } from './avatar-view.ts';
import { wordsFor } from './avatar-words.ts';
import { changesOfCall } from './changes-of-call.ts';
import { standingProblem } from './standing-problem.ts';
import { defineVisavisAvatar } from './visavis-avatar.ts';

const words = wordsFor('en-GB');
const microphone: MicrophoneStatus = {
  state: 'on' as const,
  muted: false,
  pushToTalk: false,
  pressed: false,
  stalled: false,
  device: null,
};

const attributesOf = (given: Record<string, string>): AvatarAttributes => readAttributes((name) => given[name] ?? null);
const extras = {
  license: 'token',
  defaultServer: undefined,
  config: {},
  workletUrl: undefined,
  onToolCall: undefined,
  getToken: undefined,
};

function snapshotOf(parts: Partial<CallSnapshot>): CallSnapshot {
  const { activity, info, latency } = emptyConversation;
  return { ...initialParts(microphone), captions: [], activity, info, latency, ...parts };
}

function stateOf(given: Record<string, string>) {
  const nothing = { snapshot: null, preparing: false, fault: null, standing: null, card: 'unsure' as const };
  return { ...nothing, attributes: attributesOf(given) };
}

function view(snapshot: CallSnapshot | null, given: Record<string, string> = {}) {
  return viewOf({ ...stateOf(given), snapshot }, words);
}

describe('attributes of the element', () => {
  it('take a name or an id, with or without dashes, as the gateway does', () => {
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    expect(callOptionsOf(attributesOf({ avatar: id }), extras)).toMatchObject({ avatarId: id.replaceAll('-', '') });
    expect(callOptionsOf(attributesOf({ avatar: 'navtalk.Iris' }), extras)).toMatchObject({ name: 'navtalk.Iris' });
    expect(callOptionsOf(attributesOf({}), extras)).not.toHaveProperty('name');
  });

  it('prefer the token to the key, and the named server to the one of the script', () => {
    expect(attributesOf({ token: ' bt_1 ', license: 'sk_1' }).license).toBe('bt_1');
    const made = { ...extras, defaultServer: 'https://script.example' };
    expect(callOptionsOf(attributesOf({}), made).host).toBe('https://script.example');
    expect(callOptionsOf(attributesOf({ server: 'https://a.example' }), made).host).toBe('https://a.example');
  });

  it('add to the configuration that the page set', () => {
    const made = { ...extras, config: { prompt: 'Be kind.', voice: 'marin' } };
    const options = callOptionsOf(attributesOf({ voice: 'cedar', language: 'fr', microphone: 'off' }), made);
    expect(options.config).toEqual({ prompt: 'Be kind.', voice: 'cedar', language: 'fr' });
    expect(options.microphone).toBe('manual');
  });

  it('give people a name to read, never an id', () => {
    expect(attributesOf({ avatar: 'navtalk.Iris' }).label).toBe('Iris');
    expect(attributesOf({ avatar: '0123456789abcdef0123456789abcdef' }).label).toBe('');
    expect(attributesOf({ avatar: 'navtalk.Iris', label: 'Our guide' }).label).toBe('Our guide');
  });
});

describe('what the element shows', () => {
  it('offers a call before the first one and after each', () => {
    expect(view(null, { avatar: 'navtalk.Iris' })).toMatchObject({ phase: 'idle', startLabel: 'Talk with Iris' });
    const problem = callProblem('no-capacity');
    const ended = view(snapshotOf({ state: 'ended', endReason: 'no-capacity', problem }));
    expect(ended).toMatchObject({ phase: 'idle', startLabel: 'Call again', status: 'Call ended', canType: false });
    expect(ended.problem?.title).toBe('All avatars are busy right now.');
  });

  it('shows the face of the card, its name where the page gives none, and the poster of the page before its own', () => {
    const face = { left: 0.3, top: 0.1, right: 0.7, bottom: 0.7 };
    const card = { name: 'navtalk.Iris', posterUrl: 'https://a.example/iris.webp', face };
    const shown = (given: Record<string, string>) => viewOf({ ...stateOf(given), card }, words);
    const byId = { avatar: '0123456789abcdef0123456789abcdef' };
    expect(shown(byId)).toMatchObject({ poster: card.posterUrl, face, startLabel: 'Talk with Iris' });
    expect(shown({ ...byId, poster: '/own.jpg', label: 'Our guide' })).toMatchObject({
      poster: '/own.jpg',
      startLabel: 'Talk with Our guide',
    });
  });

  it('says before the call what the page lacks or has wrong, and offers no call then', () => {
    const problemOf = (given: Record<string, string>, hasTokenSource: boolean, card: CardAnswer = 'unsure') =>
      standingProblem(attributesOf(given), { hasTokenSource, card }, words);
    const avatar = { avatar: 'navtalk.Nobody' };
    expect(problemOf({ license: 'k' }, false)).toMatchObject({ code: 'avatar-unknown', advice: words.noAvatar });
    expect(problemOf(avatar, false)).toMatchObject({ code: 'token-unavailable', advice: words.noKey });
    expect(problemOf({ ...avatar, token: 't' }, false, 'unknown')?.title).toBe('There is no such avatar here.');
    expect([problemOf(avatar, true), problemOf({ ...avatar, license: 'k' }, false)]).toEqual([null, null]);
    const standing = callProblem('avatar-unknown');
    const shown = viewOf({ ...stateOf(avatar), standing }, words);
    expect(shown).toMatchObject({ canStart: false, problem: standing, canDismiss: false });
    // A call that runs is not talked into.
    const live = viewOf({ ...stateOf(avatar), standing, snapshot: snapshotOf({ state: 'connected' }) }, words);
    expect(live.problem).toBeNull();
  });

  it('lets a person put a notice away, and not the reason of an end', () => {
    const notice = callProblem('microphone-denied');
    expect(view(snapshotOf({ state: 'connected', notice })).canDismiss).toBe(true);
    expect(view(snapshotOf({ state: 'ended', problem: notice, notice })).canDismiss).toBe(false);
  });

  it('says that a lost call is tried again, and that its picture is an old one', () => {
    expect(view(snapshotOf({ state: 'reconnecting' }))).toMatchObject({
      phase: 'live',
      isLost: true,
      status: 'Connection lost, trying again…',
      canType: false,
    });
    expect(view(snapshotOf({ state: 'connected' })).isLost).toBe(false);
  });

  it('says who speaks by name, and that the avatar does where it has none', () => {
    const captions: Caption[] = [
      { id: 'a', speaker: 'avatar', text: 'Hello', status: 'final' },
      { id: 'u', speaker: 'user', text: 'Hi', status: 'final' },
    ];
    const namesOf = (given: Record<string, string>) =>
      view(snapshotOf({ state: 'connected', captions }), given).captions.map(({ speakerName }) => speakerName);
    expect(namesOf({ avatar: 'navtalk.Iris' })).toEqual(['Iris', 'You']);
    expect(namesOf({})).toEqual(['Avatar', 'You']);
  });

  it('tells screen readers each caption once, when it is complete', () => {
    const captions: Caption[] = [
      { id: 'u', speaker: 'user', text: 'Hi', status: 'final' },
      { id: 'a', speaker: 'avatar', text: 'Hello there', heardText: 'Hello', status: 'streaming' },
    ];
    const saidOf = (list: Caption[]) =>
      view(snapshotOf({ state: 'connected', captions: list }), { avatar: 'navtalk.Iris' }).said;
    expect(saidOf(captions)).toBe('You: Hi');
    expect(
      saidOf([...captions.slice(0, 1), { id: 'a', speaker: 'avatar', text: 'Hello there', status: 'final' }]),
    ).toBe('Iris: Hello there');
    expect(saidOf([])).toBe('');
  });

  it('says that the person is not heard: muted, typing only, push-to-talk that is not held', () => {
    const statusOf = (change: Partial<CallSnapshot['microphone']>) =>
      view(snapshotOf({ state: 'connected', microphone: { ...microphone, ...change } })).status;
    expect(statusOf({})).toBe('Listening');
    expect(statusOf({ muted: true })).toBe('Muted');
    expect(statusOf({ state: 'off' })).toBe('Typing only');
    expect(statusOf({ state: 'opening' })).toBe('Waiting for the microphone…');
    expect([statusOf({ pushToTalk: true }), statusOf({ pushToTalk: true, pressed: true })]).toEqual([
      'Hold to talk',
      'Listening',
    ]);
  });

  it('says what the microphone button does', () => {
    const labelOf = (change: Partial<CallSnapshot['microphone']>) =>
      words[view(snapshotOf({ state: 'connected', microphone: { ...microphone, ...change } })).microphoneAction];
    expect([labelOf({}), labelOf({ muted: true }), labelOf({ state: 'off' })]).toEqual([
      'Mute the microphone',
      'Unmute the microphone',
      'Switch the microphone on',
    ]);
  });

  it('speaks Chinese where the page does, and English elsewhere', () => {
    expect(wordsFor('zh-Hans-CN').hangUp).toBe('挂断');
    expect(wordsFor('zhx')).toBe(words);
    expect(wordsFor('fr')).toBe(words);
    expect(Object.keys(wordsFor('zh'))).toEqual(Object.keys(words));
  });

  it('tells a problem in Chinese too, and leaves what the server said itself', () => {
    const chinese = (problem: CallProblem) => viewOf({ ...stateOf({}), fault: problem }, wordsFor('zh')).problem;
    for (const code of problemCodes) {
      const problem = chinese(callProblem(code));
      expect(`${problem?.title}${problem?.advice}`, code).not.toMatch(/the |your /);
      expect(problem?.title, code).toMatch(/\p{Script=Han}.*。$/u);
    }
    const special = chinese(callProblem('too-many-calls', { advice: 'Maximum concurrent connections (5).' }));
    expect(special).toMatchObject({ title: '此许可的同时通话数已满。', advice: 'Maximum concurrent connections (5).' });
    for (const serverCode of ERROR_CODES) {
      const told = chinese(callProblem('refused', { advice: errorEntry(serverCode).message, serverCode }));
      expect(told?.advice, serverCode).toMatch(/\p{Script=Han}.*。$/u);
    }
  });
});

describe('events of the element', () => {
  const caption: Caption = { id: 'avatar-1', speaker: 'avatar', text: 'Hello', status: 'streaming' };

  it('tell of a connection, each new state of a caption, and the end with its reason', () => {
    const calling = snapshotOf({ state: 'connecting' });
    const connected = snapshotOf({ state: 'connected', sessionId: 's1' });
    const speaking = { ...connected, captions: [caption] };
    const longer = { ...connected, captions: [{ ...caption, text: 'Hello there' }] };
    const problem = callProblem('connection-lost');
    const ended = { ...longer, state: 'ended' as const, endReason: problem.code, problem };
    expect(changesOfCall(calling, connected)).toEqual([{ name: 'visavis-connected', detail: { sessionId: 's1' } }]);
    expect(changesOfCall(connected, speaking)).toEqual([{ name: 'visavis-transcript', detail: caption }]);
    expect(changesOfCall(speaking, speaking)).toEqual([]);
    expect(changesOfCall(speaking, longer)).toHaveLength(1);
    // What of it is heard is told by the captions alone.
    const heard = (text: string) => ({ ...connected, captions: [{ ...caption, heardText: text }] });
    expect(changesOfCall(connected, heard(''))).toEqual([{ name: 'visavis-transcript', detail: caption }]);
    expect(changesOfCall(heard(''), heard('Hello'))).toEqual([]);
    expect(changesOfCall(longer, ended)).toEqual([
      { name: 'visavis-error', detail: problem },
      { name: 'visavis-ended', detail: { reason: 'connection-lost', problem } },
    ]);
  });
});

describe('where there is no browser', () => {
  it('the module loads, and the React component renders to the element with its attributes', () => {
    expect(() => defineVisavisAvatar()).not.toThrow();
    const markup = renderToStaticMarkup(
      createElement(VisavisAvatar, {
        server: 'https://a.example',
        avatar: 'navtalk.Iris',
        tokenUrl: '/t',
        captions: false,
        className: 'wide',
        onEnded: () => undefined,
      }),
    );
    expect(markup).toBe(
      '<visavis-avatar server="https://a.example" token-url="/t" avatar="navtalk.Iris" class="wide" captions="off"></visavis-avatar>',
    );
  });
});
