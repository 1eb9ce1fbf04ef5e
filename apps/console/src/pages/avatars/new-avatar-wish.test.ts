import { describe, expect, it } from 'vitest';
import { fieldsOfWish, isComplete, missingOf, noWish, withFile } from './new-avatar-wish.ts';
import { templateIds } from './templates/template-table.ts';
import { wishOf } from './templates/template-values.ts';

const file = (name: string) => new File(['x'], name);

describe('what somebody wants to make', () => {
  it('says all that it lacks at once', () => {
    expect(missingOf(noWish)).toEqual({ file: true, agreed: true });
    expect(missingOf({ ...noWish, file: file('mia.jpg') })).toEqual({ file: false, agreed: true });
    expect(isComplete({ ...noWish, file: file('mia.jpg'), name: 'Mia' })).toBe(false);
    expect(isComplete({ ...noWish, file: file('mia.jpg'), name: 'Mia', agreed: true })).toBe(true);
  });

  it('is asked of the server with the words of its template, and none for what was left open', () => {
    expect(fieldsOfWish({ ...noWish, name: ' Mia ' })).toEqual({ name: 'Mia' });
    expect(fieldsOfWish({ ...noWish, name: 'Mia', voice: ' ' })).toEqual({ name: 'Mia' });
    for (const id of templateIds) {
      const wish = { ...noWish, name: 'Mia', voice: 'coral', template: { id, language: 'zh' } as const };
      expect(fieldsOfWish(wish)).toEqual({ name: 'Mia', voice: 'coral', ...wishOf(id, 'zh', 'Mia') });
    }
  });

  it('is called by its file, until a name is typed', () => {
    const first = { ...noWish, ...withFile(noWish, file('mia.jpg')) };
    expect(first.name).toBe('Mia');
    const second = { ...first, ...withFile(first, file('nora-2.jpg')) };
    expect(second.name).toBe('Nora-2');
    expect({ ...second, ...withFile(second, file('IMG_1.jpg')) }.name).toBe('');
    const typed = { ...second, name: 'Reception' };
    expect({ ...typed, ...withFile(typed, file('other.jpg')) }.name).toBe('Reception');
  });
});
