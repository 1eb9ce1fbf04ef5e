import type { CallOptions } from '../call-options.ts';
import type { HistoryTurn } from '../to-wire.ts';
import { readFunctionCalls } from './function-calls.ts';

/** Attributes of `<my-navtalk-component>`; pages write them in any case. `style` is the browser's own. */
export const componentAttributeNames = [
  'license',
  'character-name',
  'character-id',
  'websocketurl',
  'getinfourlbycharactername',
  'getinfourlbycharacterid',
  'isrememberpreviousconversation',
  'default-avatar-background',
  'playbutton_style',
  'playbutton_icon_style',
  'playbutton_text_style',
  'custom-play-off-icon',
  'custom-play-connecting-icon',
  'custom-play-on-icon',
  'custom-play-off-text',
  'custom-play-connecting-text',
  'custom-play-on-text',
  'function-calls',
] as const;

export type ComponentAttributeName = (typeof componentAttributeNames)[number];

/** Gives the text of an attribute; empty when it is not there. */
export type ReadAttribute = (name: ComponentAttributeName) => string;

/** What is wrong with the page, so that no call can be made; null: nothing. */
export type ComponentFault = 'no-license' | 'no-character';

export function faultOf(read: ReadAttribute): ComponentFault | null {
  if (read('license') === '') return 'no-license';
  return read('character-id') === '' && read('character-name') === '' ? 'no-character' : null;
}

/** `server`: of pages that name no other. `history`: what the user said in earlier calls. */
export function componentCallOptions(
  read: ReadAttribute,
  { server, workletUrl, history }: { server: string; workletUrl: string; history: readonly HistoryTurn[] },
): CallOptions {
  const url = read('websocketurl');
  const id = read('character-id');
  const { tools } = readFunctionCalls(read('function-calls'));
  return {
    ...(url === '' ? { host: server } : { url }),
    license: read('license'),
    ...(id === '' ? { name: read('character-name') } : { avatarId: id.replaceAll('-', '') }),
    ...(tools.length === 0 ? {} : { config: { tools } }),
    ...(remembers(read) ? { history } : {}),
    microphoneOptions: { workletUrl },
  };
}

/** Whether a call is to know what the user said in those before. */
export function remembers(read: ReadAttribute): boolean {
  return read('isrememberpreviousconversation').toLowerCase() !== 'false';
}

/**
 * The address of the page's own that tells the avatar's picture, asked as pages of NavTalk expect it; '' where the page names none, null
 * where what it names is no address.
 */
export function cardAddress(read: ReadAttribute): string | null {
  const id = read('character-id');
  const given = read(id === '' ? 'getinfourlbycharactername' : 'getinfourlbycharacterid');
  if (given === '') return '';
  if (!URL.canParse(given)) return null;
  const address = new URL(given);
  if (!/^https?:$/.test(address.protocol)) return null;
  address.searchParams.set('license', read('license'));
  address.searchParams.set(id === '' ? 'name' : 'avatarId', id || read('character-name'));
  return address.href;
}
