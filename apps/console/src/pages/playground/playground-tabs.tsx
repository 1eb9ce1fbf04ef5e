import { Tabs } from '@mantine/core';
import type { Avatar } from '@visavis/protocol/rest';
import { type ReactNode, useState } from 'react';
import { useFirstHourTexts } from '../../i18n/first-hour-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import type { LogState } from './call-log.ts';
import { EventLog } from './event-log.tsx';
import type { PendingToolCalls } from './pending-tool-calls.ts';
import own from './playground-page.module.css';
import { ToolCallPanel, usePendingCalls } from './tool-call-panel.tsx';
import { TurnWaterfall } from './turn-waterfall.tsx';

type PlaygroundTabsProps = {
  readonly log: LogState;
  readonly avatar: Avatar;
  readonly pending: PendingToolCalls;
  readonly settings: ReactNode;
};

/**
 * Beside the call: what it was given, the tools that it calls, how long its answers took, what happened in it. A tool that is
 * called shows itself.
 */
export function PlaygroundTabs({ log, avatar, pending, settings }: PlaygroundTabsProps) {
  const texts = useTexts().playground;
  const { toolCalls } = useFirstHourTexts();
  const calls = usePendingCalls(pending);
  const [tab, setTab] = useState<string | null>('settings');
  const [shownCount, setShownCount] = useState(0);
  if (calls.length !== shownCount) {
    setShownCount(calls.length);
    if (calls.length > shownCount) setTab('tools');
  }
  return (
    <Tabs
      value={tab}
      onChange={setTab}
      classNames={{ root: own.tabs ?? '', list: own.tabList ?? '', tab: own.tab ?? '', panel: own.tabPanel ?? '' }}
    >
      <Tabs.List grow aria-label={texts.beside}>
        <Tabs.Tab value="settings">{texts.tabs.settings}</Tabs.Tab>
        {(avatar.tools.length > 0 || calls.length > 0) && (
          <Tabs.Tab value="tools">{calls.length === 0 ? toolCalls.tab : toolCalls.waiting(calls.length)}</Tabs.Tab>
        )}
        <Tabs.Tab value="latency">{texts.tabs.latency}</Tabs.Tab>
        <Tabs.Tab value="events">{texts.tabs.events}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="settings">{settings}</Tabs.Panel>
      <Tabs.Panel value="tools">
        <ToolCallPanel avatar={avatar} calls={calls} pending={pending} />
      </Tabs.Panel>
      <Tabs.Panel value="latency">
        <TurnWaterfall turns={log.turns} />
      </Tabs.Panel>
      <Tabs.Panel value="events">
        <EventLog log={log} />
      </Tabs.Panel>
    </Tabs>
  );
}
