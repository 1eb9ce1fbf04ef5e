import { chineseProblems, type ProblemWords } from '../problem-words.ts';
import type { ComponentFault } from './component-attributes.ts';

export type ComponentWords = {
  /** Null: problems as they come, in English. */
  readonly problems: ProblemWords | null;
  /** The button's, where the page gives none; pages of NavTalk are made for these, in every language. */
  readonly play: Readonly<Record<'off' | 'connecting' | 'on', string>>;
  readonly faults: Readonly<Record<ComponentFault, string>>;
  readonly soundBlocked: string;
  readonly live: string;
};

const play = { off: 'Call', connecting: 'Connecting...', on: 'Hang Up' } as const;

const en: ComponentWords = {
  problems: null,
  play,
  faults: {
    'no-license': 'The page names no key: set the attribute license of <my-navtalk-component>.',
    'no-character':
      'The page names no avatar: set the attribute character-id or character-name of <my-navtalk-component>.',
  },
  soundBlocked: 'Tap to hear the sound',
  live: 'Avatar, live',
};

const zh: ComponentWords = {
  problems: chineseProblems,
  play,
  faults: {
    'no-license': '页面没有指定密钥：请设置 <my-navtalk-component> 的 license 属性。',
    'no-character': '页面没有指定数字人：请设置 <my-navtalk-component> 的 character-id 或 character-name 属性。',
  },
  soundBlocked: '点按以播放声音',
  live: '数字人实时画面',
};

export function componentWordsFor(tag: string): ComponentWords {
  return /^zh\b/i.test(tag) ? zh : en;
}
