import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTexts } from '../../i18n/language.tsx';
import type { LogState } from './call-log.ts';
import { EventLog } from './event-log.tsx';
import own from './playground-page.module.css';
import { TurnWaterfall } from './turn-waterfall.tsx';

type PlaygroundTabsProps = { readonly log: LogState; readonly settings: ReactNode };

/** Beside the call: what it was given, how long its answers took, what happened in it. */
export function PlaygroundTabs({ log, settings }: PlaygroundTabsProps) {
  const texts = useTexts().playground;
  return (
    <Tabs
      defaultValue="settings"
      classNames={{ root: own.tabs ?? '', list: own.tabList ?? '', panel: own.tabPanel ?? '' }}
    >
      <Tabs.List grow aria-label={texts.beside}>
        <Tabs.Tab value="settings">{texts.tabs.settings}</Tabs.Tab>
        <Tabs.Tab value="latency">{texts.tabs.latency}</Tabs.Tab>
        <Tabs.Tab value="events">{texts.tabs.events}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="settings">{settings}</Tabs.Panel>
      <Tabs.Panel value="latency">
        <TurnWaterfall turns={log.turns} />
      </Tabs.Panel>
      <Tabs.Panel value="events">
        <EventLog log={log} />
      </Tabs.Panel>
    </Tabs>
  );
}
