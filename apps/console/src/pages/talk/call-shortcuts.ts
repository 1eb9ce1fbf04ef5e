/** What a key does in a call, besides the space bar of push-to-talk. */
export type CallShortcut = 'mute' | 'interrupt' | 'captions' | 'help';

const shortcuts: Readonly<Record<string, CallShortcut>> = {
  m: 'mute',
  escape: 'interrupt',
  c: 'captions',
  '?': 'help',
};

type PressedKey = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat' | 'isComposing' | 'defaultPrevented'
>;

/** Null: the key is for something else. `takesKeys`: a field that is typed in, or a dialog, is where the key was pressed. */
export function shortcutOf(pressed: PressedKey, takesKeys: boolean): CallShortcut | null {
  const { key, ctrlKey, metaKey, altKey, repeat, isComposing, defaultPrevented } = pressed;
  if (takesKeys || ctrlKey || metaKey || altKey || repeat || isComposing || defaultPrevented) return null;
  return shortcuts[key.toLowerCase()] ?? null;
}

/** Keys as they are written on the sheet, in its order; `talk` is the space bar while push-to-talk is on. */
export const shortcutKeys = [
  ['mute', 'M'],
  ['talk', null],
  ['interrupt', 'Esc'],
  ['captions', 'C'],
  ['help', '?'],
] as const;

/** Whether keys that are pressed there belong to it. */
export function takesKeys(target: EventTarget | null): boolean {
  // An open dialog has the focus, or the page below it does not act.
  if (document.querySelector('[role="dialog"]') !== null) return true;
  return (
    target instanceof HTMLElement &&
    target.closest(
      'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable], [role="listbox"]',
    ) !== null
  );
}
