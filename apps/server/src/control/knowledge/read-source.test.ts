import { LIMITS } from '@visavis/protocol';
import { expect, test } from 'vitest';
import { htmlText } from './html-text.ts';
import { readSource } from './read-source.ts';

const html = { name: 'page.html', contentType: 'text/html' };

test('a page as large as may be holds nobody up while it is read', async () => {
  const row = '<img alt="" src="/pictures/of/rooms/large.jpg">\n';
  const head = '<title>Rooms</title><p>Rooms cost 90 euros.</p>';
  const page = Buffer.from(head + row.repeat(Math.floor((LIMITS.bytes.knowledgeFile - 100) / row.length)));
  const before = performance.eventLoopUtilization();
  const read = await readSource(page, html);
  const heldMs = performance.eventLoopUtilization(before).active;
  expect(read).toMatchObject({ kind: 'html', title: 'Rooms' });
  expect(read.pages[0]?.text).toContain('Rooms cost 90 euros.');
  const beganMs = performance.now();
  htmlText(page.toString());
  expect(heldMs).toBeLessThan((performance.now() - beganMs) / 3);
});

test('what is no text, and more text than an avatar may have, is refused', async () => {
  const reasonOf = (bytes: Buffer, file = html) =>
    readSource(bytes, file).then(
      () => null,
      (error: { told?: { reason?: string } }) => error.told?.reason,
    );
  expect(await reasonOf(Buffer.from([0x3c, 0x70, 0x3e, 0xe9]))).toBe('knowledge-kind');
  expect(await reasonOf(Buffer.from([0x61, 0xe9]), { name: 'a.txt', contentType: '' })).toBe('knowledge-kind');
  expect(await reasonOf(Buffer.from(`<p>${'word '.repeat(700_000)}`))).toBe('knowledge-long');
  expect(await reasonOf(Buffer.alloc(13_000_000, 'a'), { name: 'a.txt', contentType: '' })).toBe('knowledge-long');
});
