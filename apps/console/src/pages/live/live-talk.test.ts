import '../../testing/browser-stand-in.ts';
import type { LiveLine, LiveTalk } from '@visavis/protocol/rest';
import { createElement } from 'react';
import { describe, expect, it } from 'vitest';
import { snippetsQuery } from '../../api/queries.ts';
import { buttonsOf, shown, wordsOf } from '../../testing/shown.ts';
import { LiveTalkView } from './live-talk-view.tsx';
import { ReadyAnswers } from './ready-answers.tsx';
import { SpokenLines } from './spoken-lines.tsx';

const nothing = () => undefined;

describe('ready answers', () => {
  const parts = createElement(ReadyAnswers, { projectId: 'p', onChoose: nothing });

  it('cannot be edited before it is known which there are: saving would replace them', () => {
    expect(buttonsOf(shown(parts))).toEqual({ enabled: [], disabled: ['Edit ready answers'] });
    const known = shown(parts, [[snippetsQuery('p').queryKey, { snippets: ['Good day.'] }]]);
    expect(buttonsOf(known)).toEqual({ enabled: ['Good day.', 'Edit ready answers'], disabled: [] });
  });
});

describe('what is said in a live talk', () => {
  const lines: readonly LiveLine[] = [
    { lineId: 1, role: 'user', by: null, text: 'Good day.', isOpen: false },
    { lineId: 2, role: 'assistant', by: 'operator', text: 'Welcome.', isOpen: false },
    { lineId: 3, role: 'assistant', by: null, text: 'We have rooms wi', isOpen: true },
  ];

  it('is told to screen readers line by line, when each is complete', () => {
    const html = shown(createElement(SpokenLines, { lines }));
    const live = [...html.matchAll(/<(\w+)[^>]*aria-live="polite"[^>]*>(.*?)<\/\1>/gs)].map(([, , told]) => told);
    expect(live).toEqual(['A person, by the avatar: Welcome.']);
    expect(wordsOf(html)).toContain('We have rooms wi');
  });

  it('is taken over and given back by one button, which is there for those who may answer', () => {
    const talk: LiveTalk = {
      sessionId: 's',
      avatarId: 'a',
      avatarName: 'Ada',
      startedAt: '2026-01-02T03:04:05Z',
      lines: [],
      answeredBy: 'voice',
      canGiveBack: true,
      waitsSince: null,
    };
    const buttons = (change: Partial<LiveTalk>, mayAnswer = true) =>
      buttonsOf(
        shown(
          createElement(LiveTalkView, { projectId: 'p', talk: { ...talk, ...change }, mayAnswer, onBack: nothing }),
        ),
      ).enabled;
    expect(buttons({})).toEqual(['All talks', 'Take over']);
    expect(buttons({ answeredBy: 'operator' })).toEqual(['All talks', 'Give back']);
    expect(buttons({ answeredBy: 'operator', canGiveBack: false })).toEqual(['All talks']);
    expect(buttons({}, false)).toEqual(['All talks']);
  });
});
