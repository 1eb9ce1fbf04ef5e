import { LIMITS } from '@visavis/protocol';
import { describe, expect, it } from 'vitest';
import { callProblem } from '../call-problem.ts';
import { type CallSnapshot, initialParts } from '../call-snapshot.ts';
import { emptyConversation } from '../conversation.ts';
import {
  type ComponentAttributeName,
  cardAddress,
  componentCallOptions,
  faultOf,
  type ReadAttribute,
} from './component-attributes.ts';
import { componentView } from './component-view.ts';
import { componentWordsFor } from './component-words.ts';
import { readFunctionCalls } from './function-calls.ts';

const given =
  (attributes: Partial<Record<ComponentAttributeName, string>>): ReadAttribute =>
  (name) =>
    attributes[name] ?? '';

const page = {
  server: 'https://a.example',
  workletUrl: 'https://a.example/embed/recorder-worklet.js',
  history: [{ role: 'user' as const, text: 'My name is Mia.' }],
};

function snapshotOf(parts: Partial<CallSnapshot>): CallSnapshot {
  const microphone = {
    state: 'on',
    muted: false,
    pushToTalk: false,
    pressed: false,
    stalled: false,
    device: null,
  } as const;
  const { activity, info, latency } = emptyConversation;
  return { ...initialParts(microphone), captions: [], activity, info, latency, ...parts };
}

describe('attributes of the component of NavTalk', () => {
  it('name the avatar by id before name, the server by the script or a full address', () => {
    const both = given({ license: 'k', 'character-id': '0123', 'character-name': 'Mia' });
    expect(componentCallOptions(both, page)).toMatchObject({ host: page.server, license: 'k', avatarId: '0123' });
    const other = given({
      license: 'k',
      'character-name': 'Mia',
      websocketurl: 'wss://b.example/wss/v2/realtime-chat',
    });
    const options = componentCallOptions(other, page);
    expect(options).toMatchObject({ url: 'wss://b.example/wss/v2/realtime-chat', name: 'Mia' });
    expect(options).not.toHaveProperty('host');
  });

  it('tell the next call of earlier ones, unless they say no', () => {
    expect(componentCallOptions(given({}), page).history).toEqual(page.history);
    const forgetful = given({ isrememberpreviousconversation: 'false' });
    expect(componentCallOptions(forgetful, page)).not.toHaveProperty('history');
  });

  it('lack what no call can be made without', () => {
    expect(faultOf(given({ 'character-id': '0' }))).toBe('no-license');
    expect(faultOf(given({ license: 'k' }))).toBe('no-character');
    expect(faultOf(given({ license: 'k', 'character-name': 'Mia' }))).toBeNull();
  });

  it("ask for the picture at the page's own address, if that is one", () => {
    const own = { license: 'a&b', 'character-name': 'Mia M' };
    expect(cardAddress(given(own))).toBe('');
    const named = given({ ...own, getinfourlbycharactername: 'https://b.example/by-name?x=1' });
    expect(cardAddress(named)).toBe('https://b.example/by-name?x=1&license=a%26b&name=Mia+M');
    const byId = given({ ...own, 'character-id': '01', getinfourlbycharacterid: 'https://b.example/by-id' });
    expect(cardAddress(byId)).toBe('https://b.example/by-id?license=a%26b&avatarId=01');
    for (const bad of ['javascript:alert(1)', 'no address', '//'])
      expect([bad, cardAddress(given({ ...own, getinfourlbycharactername: bad }))]).toEqual([bad, null]);
  });
});

describe('the attribute function-calls', () => {
  const add = {
    function_call_name: 'add',
    function_call_description: 'Adds.',
    function_call_parameters: { properties: { a: { type: 'string' } }, required: ['a'] },
  };

  it('becomes the tools of the call', () => {
    const tool = {
      type: 'function',
      name: 'add',
      description: 'Adds.',
      parameters: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
    };
    const text = JSON.stringify([add]);
    expect(readFunctionCalls(text)).toEqual({ tools: [tool], isReadable: true });
    expect(componentCallOptions(given({ 'function-calls': text }), page).config).toEqual({ tools: [tool] });
    const bare = JSON.stringify([{ function_call_name: 'close', function_call_parameters: { properties: [] } }]);
    expect(readFunctionCalls(bare).tools[0]?.parameters).toEqual({ type: 'object', properties: {}, required: [] });
  });

  it('of any other shape costs no call', () => {
    for (const text of ['[oops', '{}', 'null', '3', '"add"'])
      expect([text, readFunctionCalls(text)]).toEqual([text, { tools: [], isReadable: false }]);
    const mixed = JSON.stringify([null, { function_call_name: 7 }, add]);
    expect(readFunctionCalls(mixed)).toMatchObject({ tools: [{ name: 'add' }], isReadable: false });
    const many = Array.from({ length: LIMITS.counts.tools + 5 }, (_, index) => ({
      ...add,
      function_call_name: `f${index}`,
    }));
    expect(readFunctionCalls(JSON.stringify(many)).tools).toHaveLength(LIMITS.counts.tools);
    expect(componentCallOptions(given({ 'function-calls': '[oops' }), page)).not.toHaveProperty('config');
  });
});

describe('what the component of NavTalk shows', () => {
  const words = componentWordsFor('en');
  const view = (state: CallSnapshot | null, attributes: Parameters<typeof given>[0] = {}) =>
    componentView(given(attributes), { snapshot: state, fault: null, picture: '' }, words);

  it('has the three states of its button, in the words of the page', () => {
    expect(view(null)).toMatchObject({ play: 'off', buttonText: 'Call', showsVideo: false });
    const connecting = view(snapshotOf({ state: 'connecting' }));
    expect(connecting).toMatchObject({ play: 'connecting', buttonText: 'Connecting...', isButtonOff: true });
    expect(view(snapshotOf({ state: 'connected' }))).toMatchObject({ buttonText: 'Hang Up', showsVideo: true });
    // A minute of trying again is to be ended by whoever has enough of it.
    expect(view(snapshotOf({ state: 'reconnecting' }))).toMatchObject({ play: 'connecting', isButtonOff: false });
    expect(view(snapshotOf({ state: 'ended' }))).toMatchObject({ play: 'off', buttonText: 'Call' });
    const named = { 'custom-play-on-text': 'Close', 'custom-play-on-icon': '/on.png' };
    expect(view(snapshotOf({ state: 'connected' }), named)).toMatchObject({
      buttonText: 'Close',
      buttonIcon: '/on.png',
    });
  });

  it("shows the page's own picture until the avatar's is there, and what is wrong in words", () => {
    expect(view(null, { 'default-avatar-background': '/me.png' }).picture).toBe('/me.png');
    const state = { snapshot: null, fault: null, picture: '/iris.webp' };
    expect(componentView(given({ 'default-avatar-background': '/me.png' }), state, words).picture).toBe('/iris.webp');
    const full = snapshotOf({ state: 'ended', problem: callProblem('no-capacity') });
    expect(view(full).message).toContain('All avatars are busy right now.');
    const chinese = componentWordsFor('zh-CN');
    expect(componentView(given({}), { ...state, snapshot: full }, chinese).message).toContain('所有数字人都在忙');
    expect(componentView(given({}), { ...state, fault: 'no-license' }, words).message).toContain('license');
    expect(view(snapshotOf({ state: 'connected' })).unblockText).toBe('');
    const silent = view(snapshotOf({ state: 'connected', soundBlocked: true }));
    expect([silent.unblockText, silent.message]).toEqual(['Tap to hear the sound', '']);
  });
});
