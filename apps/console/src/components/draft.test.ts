import { describe, expect, it } from 'vitest';
import { adoptSaved, followSaved, sameValues } from './draft.ts';
import { isSaveKey, type SaveTarget, targetOf } from './save-key.ts';

describe('draft', () => {
  it('is clean again when the values are typed back', () => {
    expect(sameValues({ name: 'Nora', seconds: 5 }, { name: 'Nora', seconds: '5' })).toBe(true);
    expect(sameValues({ name: 'Nora', shown: ['a', 'b'] }, { name: 'Nora', shown: ['a', 'b'] })).toBe(true);
    expect(sameValues({ name: 'Nora', shown: ['a', 'b'] }, { name: 'Nora', shown: ['b', 'a'] })).toBe(false);
    expect(sameValues({ name: 'Nora', seconds: '' }, { name: 'Nora', seconds: 0 })).toBe(false);
  });

  it('keeps what was typed while it was being saved', () => {
    const sent = { name: 'Nora ', prompt: 'Be kind.' };
    const typed = { name: 'Nora ', prompt: 'Be kind and short.' };
    const saved = { name: 'Nora', prompt: 'Be kind.' };
    expect(adoptSaved({ saved: { name: '', prompt: '' }, values: typed }, saved, sent)).toEqual({
      saved,
      values: { name: 'Nora', prompt: 'Be kind and short.' },
    });
  });

  it('follows what is saved elsewhere, but for the fields that were typed in', () => {
    const before = { saved: { name: 'Nora', prompt: 'Old' }, values: { name: 'Nora', prompt: 'Typed' } };
    expect(followSaved(before, { name: 'Norah', prompt: 'New' })).toEqual({
      saved: { name: 'Norah', prompt: 'New' },
      values: { name: 'Norah', prompt: 'Typed' },
    });
  });
});

describe('save key', () => {
  const target = (name: string, part: { dirty?: boolean; focus?: boolean; dialog?: boolean }) => ({
    name,
    isDialog: part.dialog ?? false,
    save: () => undefined,
    isDirty: () => part.dirty ?? false,
    hasFocus: () => part.focus ?? false,
  });
  const chosen = (...targets: SaveTarget[]) => {
    const found = targetOf(targets);
    return found === null ? null : Reflect.get(found, 'name');
  };

  it('saves the form that is typed in, else the one with changes', () => {
    const typed = target('typed', { dirty: true, focus: true });
    expect(chosen(typed, target('other', { dirty: true }))).toBe('typed');
    expect(chosen(target('clean', { focus: true }), target('other', { dirty: true }))).toBe('other');
    expect(chosen(target('clean', { focus: true }))).toBeNull();
  });

  it('saves nothing that lies below a dialog', () => {
    expect(chosen(target('page', { dirty: true }), target('dialog', { dialog: true }))).toBeNull();
    expect(chosen(target('page', { dirty: true }), target('dialog', { dialog: true, dirty: true }))).toBe('dialog');
  });

  it('is S with Ctrl or with Cmd', () => {
    const key = { key: 's', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
    expect(isSaveKey({ ...key, ctrlKey: true })).toBe(true);
    expect(isSaveKey({ ...key, metaKey: true, key: 'S' })).toBe(true);
    expect([key, { ...key, ctrlKey: true, shiftKey: true }].some(isSaveKey)).toBe(false);
  });
});
