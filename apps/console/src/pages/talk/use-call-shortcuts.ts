import type { VisavisCall } from '@visavis/sdk';
import { useEffect, useEffectEvent } from 'react';
import { type CallShortcut, shortcutOf, takesKeys } from './call-shortcuts.ts';

type Actions = {
  /** Null: there is no call in which keys do something. */
  readonly call: VisavisCall | null;
  readonly onCaptions: () => void;
  readonly onHelp: () => void;
};

/** Single keys act on the call, except where something is typed or a dialog is open. */
export function useCallShortcuts({ call, onCaptions, onHelp }: Actions): void {
  const act = useEffectEvent((shortcut: CallShortcut) => {
    const { microphone, activity } = call?.snapshot ?? {};
    if (shortcut === 'mute' && microphone?.state === 'on') call?.setMuted(!microphone.muted);
    if (shortcut === 'interrupt' && (activity === 'speaking' || activity === 'thinking')) call?.interrupt();
    if (shortcut === 'captions') onCaptions();
    if (shortcut === 'help') onHelp();
  });
  const isActive = call !== null;
  useEffect(() => {
    if (!isActive) return;
    const press = (event: KeyboardEvent) => {
      const shortcut = shortcutOf(event, takesKeys(event.target));
      if (shortcut === null) return;
      event.preventDefault();
      act(shortcut);
    };
    globalThis.addEventListener('keydown', press);
    return () => globalThis.removeEventListener('keydown', press);
  }, [isActive]);
}
