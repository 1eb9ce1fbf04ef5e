/** A form that is on the screen. */
export type SaveTarget = {
  /** Dialogs lie above the page: while one is open, the forms below are out of reach. */
  readonly isDialog: boolean;
  isDirty(): boolean;
  hasFocus(): boolean;
  save(): void;
};

/** Which form Ctrl+S or Cmd+S saves: the one that is typed in, else the latest with changes. */
export function targetOf(targets: readonly SaveTarget[]): SaveTarget | null {
  const reachable = targets.some(({ isDialog }) => isDialog) ? targets.filter(({ isDialog }) => isDialog) : targets;
  const dirty = reachable.filter((target) => target.isDirty());
  return dirty.find((target) => target.hasFocus()) ?? dirty.at(-1) ?? null;
}

type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

export function isSaveKey({ key, ctrlKey, metaKey, altKey, shiftKey }: Key): boolean {
  return key.toLowerCase() === 's' && ctrlKey !== metaKey && !altKey && !shiftKey;
}

const targets: SaveTarget[] = [];

function onKey(event: KeyboardEvent): void {
  if (!isSaveKey(event)) return;
  // The browser would offer to save the page as a file.
  event.preventDefault();
  targetOf(targets)?.save();
}

/** The key reaches the form until what it gives is called. */
export function answerSaveKey(target: SaveTarget): () => void {
  if (targets.push(target) === 1) globalThis.addEventListener('keydown', onKey);
  return () => {
    targets.splice(targets.indexOf(target), 1);
    if (targets.length === 0) globalThis.removeEventListener('keydown', onKey);
  };
}
