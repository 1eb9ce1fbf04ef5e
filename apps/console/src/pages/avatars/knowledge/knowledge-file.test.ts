import { describe, expect, it } from 'vitest';
import { addFiles } from './knowledge-file.ts';

const limit = 40;
const utf16 = new Uint8Array([0xff, 0xfe, 0x60, 0x4f, 0x7d, 0x59]);

function file(name: string, content: string | Uint8Array<ArrayBuffer>): File {
  return new File([content], name);
}

describe('files of knowledge', () => {
  it('go behind what is there, in their order, with lines and letters as they were meant', async () => {
    const files = [file('hours.TXT', '\uFEFFOpen\r\n9 to 5\r\n'), file('greeting.md', utf16)];
    expect(await addFiles(() => 'We sell tea. \n', files, limit)).toEqual({
      text: 'We sell tea.\n\nOpen\n9 to 5\n\n你好',
      added: [
        { name: 'hours.TXT', characters: 11 },
        { name: 'greeting.md', characters: 2 },
      ],
      refused: [],
    });
    expect((await addFiles(() => ' ', [file('a.markdown', '# A')], limit)).text).toBe('# A');
  });

  it('are refused, each with its reason, and leave the text as it was', async () => {
    const files = [
      file('menu.pdf', '%PDF-1.7'),
      file('latin1.txt', new Uint8Array([0x63, 0x61, 0x66, 0xe9, 0x2e])),
      file('binary.txt', new Uint8Array([0x61, 0x00, 0x62])),
      file('blank.md', ' \n'),
      file('long.md', 'a'.repeat(39)),
      file('huge.txt', 'a'.repeat(1000)),
      { name: 'folder.md', size: 3, arrayBuffer: () => Promise.reject(new Error('a folder')) },
    ];
    const { text, added, refused } = await addFiles(() => 'Tea.', files, limit);
    expect([text, added]).toEqual(['Tea.', []]);
    expect(refused).toEqual([
      { name: 'menu.pdf', fault: { kind: 'ending' } },
      { name: 'latin1.txt', fault: { kind: 'no-text' } },
      { name: 'binary.txt', fault: { kind: 'no-text' } },
      { name: 'blank.md', fault: { kind: 'empty' } },
      { name: 'long.md', fault: { kind: 'too-large', characters: 39, room: 34 } },
      { name: 'huge.txt', fault: { kind: 'far-too-large', room: 34 } },
      { name: 'folder.md', fault: { kind: 'unreadable' } },
    ]);
  });

  it('fill the room to its last character', async () => {
    const exact = file('exact.md', 'b'.repeat(34));
    expect((await addFiles(() => 'Tea.', [exact, file('more.md', 'c')], limit)).text).toHaveLength(limit);
  });

  it('go behind what was typed while they were read', async () => {
    let text = 'Tea.';
    const reading = Promise.withResolvers<ArrayBuffer>();
    const slow = { name: 'slow.md', size: 6, arrayBuffer: () => reading.promise };
    const adding = addFiles(() => text, [slow], limit);
    text = 'Tea. Cake.';
    reading.resolve(new TextEncoder().encode('Coffee').buffer);
    expect((await adding).text).toBe('Tea. Cake.\n\nCoffee');
  });
});
