import { type ComponentProps, Suspense, useEffect } from 'react';
import { part } from '../../app/part.ts';
import { Boot } from '../../components/boot.tsx';

// Parts of the talk page that nobody waits for before the lobby is there.
const loadCallView = async () => (await import('./call-view.tsx')).CallView;
const loadSettings = async () => (await import('./settings-drawer.tsx')).SettingsDrawer;
const CallViewPart = part(loadCallView);
const SettingsPart = part(loadSettings);

/** Loads them while a person looks at the lobby. What does not come is asked for again when it is needed. */
export function usePartsOnTheirWay(): void {
  useEffect(() => {
    for (const load of [loadCallView, loadSettings]) load().catch(() => undefined);
  }, []);
}

export function CallView(props: ComponentProps<typeof CallViewPart>) {
  return (
    <Suspense fallback={<Boot />}>
      <CallViewPart {...props} />
    </Suspense>
  );
}

/** Nothing until it is first opened. */
export function SettingsDrawer({
  isWanted,
  ...props
}: ComponentProps<typeof SettingsPart> & { readonly isWanted: boolean }) {
  return <Suspense fallback={null}>{isWanted && <SettingsPart {...props} />}</Suspense>;
}
