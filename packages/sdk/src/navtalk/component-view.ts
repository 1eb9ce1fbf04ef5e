import type { CallSnapshot } from '../call-snapshot.ts';
import { inWords } from '../problem-words.ts';
import type { ComponentFault, ReadAttribute } from './component-attributes.ts';
import type { ComponentWords } from './component-words.ts';

type PlayState = 'off' | 'connecting' | 'on';

/** What `<my-navtalk-component>` shows, as a value. */
export type ComponentView = {
  readonly play: PlayState;
  readonly buttonText: string;
  /** Address of the page's own icon; empty: the component's. */
  readonly buttonIcon: string;
  /** A call that is just being built cannot be ended by the button; one that is built again can. */
  readonly isButtonOff: boolean;
  readonly showsVideo: boolean;
  readonly picture: string;
  /** A sentence over the picture; empty: nothing is wrong. */
  readonly message: string;
  /** Words of the button that lets the sound through; empty: nothing keeps it back. */
  readonly unblockText: string;
  readonly styles: Readonly<Record<'button' | 'icon' | 'text', string>>;
};

/** `picture`: address that the server told; empty before it has. */
export type ComponentState = {
  readonly snapshot: CallSnapshot | null;
  readonly fault: ComponentFault | null;
  readonly picture: string;
};

export function componentView(
  read: ReadAttribute,
  { snapshot, fault, picture }: ComponentState,
  words: ComponentWords,
): ComponentView {
  const play = playStateOf(snapshot);
  return {
    play,
    buttonText: read(`custom-play-${play}-text`) || words.play[play],
    buttonIcon: read(`custom-play-${play}-icon`),
    isButtonOff: snapshot?.state === 'connecting',
    showsVideo: play === 'on',
    picture: picture || read('default-avatar-background'),
    message: messageOf(snapshot, fault, words),
    unblockText: snapshot?.soundBlocked === true ? words.soundBlocked : '',
    styles: {
      button: read('playbutton_style'),
      icon: read('playbutton_icon_style'),
      text: read('playbutton_text_style'),
    },
  };
}

function playStateOf(snapshot: CallSnapshot | null): PlayState {
  const state = snapshot?.state ?? 'idle';
  if (state === 'connected') return 'on';
  return state === 'idle' || state === 'ended' ? 'off' : 'connecting';
}

function messageOf(snapshot: CallSnapshot | null, fault: ComponentFault | null, words: ComponentWords): string {
  if (fault !== null) return words.faults[fault];
  const problem = snapshot?.problem ?? snapshot?.notice ?? null;
  if (problem === null) return '';
  const { title, advice } = inWords(problem, words.problems);
  return `${title} ${advice}`;
}
