import type { Avatar } from '@visavis/protocol/rest';
import { expect, it } from 'vitest';
import { en } from './en/server.ts';
import { makingSentenceOf } from './server-texts.ts';
import { zh } from './zh/server.ts';

it('a failure of a making is told by its name, in the language of the page, with what stands in it', () => {
  const told = (failure: Avatar['failure'], texts = zh) =>
    makingSentenceOf({ failure, stateDetail: 'As the server wrote it.' }, texts, String);
  expect(told({ reason: 'no-face' })).toBe(zh.making['no-face']);
  expect(told({ reason: 'address-answered', values: { status: 404 } })).toContain('404');
  const refused = { reason: 'address-refused', values: { why: 'private-address' } };
  expect(told(refused)).toBe('无法获取图片：该主机指向专用或保留的地址。');
  expect(told(refused, en)).toBe('The picture cannot be fetched: The host leads to a private or reserved address.');
  expect(told({ reason: 'picture-too-large', values: { limit: 160 } })).toContain('160 MB');
  for (const unknown of [null, { reason: 'constructor' }, { reason: 'of-tomorrow' }]) {
    expect(told(unknown)).toBe('As the server wrote it.');
  }
});
