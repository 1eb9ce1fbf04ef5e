import { Button, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { shownName } from '@visavis/protocol';
import type { Avatar, BrowserToken, LicenceKey } from '@visavis/protocol/rest';
import { Suspense, useMemo, useState, useSyncExternalStore } from 'react';
import { request } from '../../api/client.ts';
import { avatarQuery, keysQuery, useChange } from '../../api/queries.ts';
import type { TalkAvatar } from '../../api/talk-page.ts';
import { avatarAddress, sectionAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { part } from '../../app/part.ts';
import { useMay } from '../../app/role.tsx';
import classes from '../../components/console.module.css';
import { useDraft } from '../../components/draft.ts';
import { EmptyState, Loaded, Page, Problem } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { useMembersTexts } from '../../i18n/members-texts.ts';
import { Picture } from '../avatars/picture.tsx';
import { CallView } from '../talk/call-view.tsx';
import { useCall } from '../talk/use-call.ts';
import { CallLog, emptyLog, type LogState } from './call-log.ts';
import { CallSettings } from './call-settings.tsx';
import { type CallValues, callValuesOf, changedValues } from './call-values.ts';
import { FirstKey } from './first-key.tsx';
import { PendingToolCalls } from './pending-tool-calls.ts';
import own from './playground-page.module.css';
import { PlaygroundTabs } from './playground-tabs.tsx';

const CopyAvatar = part(async () => (await import('../avatars/copy-avatar.tsx')).CopyAvatar);

type PlaygroundPageProps = { readonly projectId: string; readonly avatarId: string };

/** Talk with one avatar of the project, and see what happens in the call. */
export function PlaygroundPage({ projectId, avatarId }: PlaygroundPageProps) {
  const avatar = useQuery(avatarQuery(projectId, avatarId));
  const keys = useQuery(keysQuery(projectId));
  return (
    <Loaded of={avatar}>
      {(found) => (
        <Loaded of={keys}>
          {(all) => (
            <Playground projectId={projectId} avatar={found} keys={all.filter(({ revokedAt }) => revokedAt === null)} />
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

type PlaygroundProps = {
  readonly projectId: string;
  readonly avatar: Avatar;
  readonly keys: readonly LicenceKey[];
};

function Playground({ projectId, avatar, keys }: PlaygroundProps) {
  const texts = useTexts();
  const [chosenId, setChosenId] = useState<string | null>(null);
  const licenceId = chosenId ?? keys[0]?.licenceId ?? null;
  const [microphone, setMicrophone] = useState<'auto' | 'manual'>('auto');
  const { call, snapshot, start, leave } = useCall();
  const draft = useDraft(callValuesOf(avatar));
  const { values } = draft;
  const [inForce, setInForce] = useState<CallValues | null>(null);
  const [log, setLog] = useState<CallLog | null>(null);
  const logState = useLogState(log);
  const [tools] = useState(() => new PendingToolCalls());
  const mayChange = useMay('editor');
  const members = useMembersTexts();
  const path = `/projects/${projectId}/avatars/${avatar.avatarId}/playground-token`;
  const askToken = async () => (await request<BrowserToken>('POST', path, { licenceId })).token;
  const mint = useChange(askToken, []);
  const talk = (wish: 'auto' | 'manual') => {
    setMicrophone(wish);
    mint.mutate(undefined, {
      onSuccess: (license) => {
        const config = changedValues(callValuesOf(avatar), values);
        setInForce(values);
        const { avatarId } = avatar;
        // A token is good for an hour; a reconnect after that asks for the next one.
        const options = { license, getToken: askToken, avatarId, microphone: wish, config, onToolCall: tools.ask };
        start(options, (next) => {
          setLog(new CallLog(next));
          tools.follow(next);
        });
      },
    });
  };
  const isLive = call !== null && snapshot !== null && snapshot.state !== 'ended';
  const apply = () => {
    if (inForce === null) return;
    call?.configure(changedValues(inForce, values));
    setInForce(values);
  };
  const [isCopying, setCopying] = useState(false);
  const settings = avatar.isSystem ? (
    mayChange && (
      <Button variant="default" onClick={() => setCopying(true)}>
        {texts.playground.copyAndEdit}
      </Button>
    )
  ) : (
    <Button component={Link} href={avatarAddress(projectId, avatar.avatarId)} variant="default">
      {mayChange ? texts.playground.settings : texts.gallery.settings}
    </Button>
  );
  return (
    <Page isWide title={texts.playground.title(shownName(avatar.name))} actions={settings}>
      <Problem error={mint.error} />
      <Suspense>
        {isCopying && <CopyAvatar projectId={projectId} avatar={avatar} onClose={() => setCopying(false)} />}
      </Suspense>
      <div className={own.table}>
        {call !== null && snapshot !== null ? (
          <div className={own.call}>
            <CallView
              call={call}
              snapshot={snapshot}
              avatar={toTalkAvatar(avatar)}
              isLink={false}
              onCallAgain={() => talk(microphone)}
              onLeave={leave}
              onPushToTalk={(enabled) => call.setPushToTalk(enabled)}
            />
          </div>
        ) : keys.length === 0 ? (
          <EmptyState title={texts.playground.noKeyTitle} text={mayChange ? texts.playground.noKeyText : members.noKey}>
            {mayChange && (
              <>
                <FirstKey projectId={projectId} />
                <Button component={Link} href={sectionAddress(projectId, 'keys')} variant="subtle">
                  {texts.keys.title}
                </Button>
              </>
            )}
          </EmptyState>
        ) : (
          <div className={own.start}>
            <Picture avatar={avatar} />
            <div className={classes.stack}>
              <Select
                label={texts.playground.key}
                data={keys.map((key) => ({ value: key.licenceId, label: key.name }))}
                value={licenceId}
                allowDeselect={false}
                onChange={setChosenId}
              />
              <Button size="lg" loading={mint.isPending} onClick={() => talk('auto')}>
                {texts.playground.start}
              </Button>
              <Button variant="subtle" disabled={mint.isPending} onClick={() => talk('manual')}>
                {texts.playground.startSilent}
              </Button>
            </div>
          </div>
        )}
        <PlaygroundTabs
          log={logState}
          avatar={avatar}
          pending={tools}
          settings={
            <CallSettings
              projectId={projectId}
              avatar={avatar}
              draft={draft}
              inForce={isLive ? inForce : null}
              onApply={apply}
            />
          }
        />
      </div>
    </Page>
  );
}

const noSubscription = () => () => undefined;

function useLogState(log: CallLog | null): LogState {
  const subscribe = useMemo(() => log?.subscribe.bind(log) ?? noSubscription, [log]);
  return useSyncExternalStore(subscribe, () => log?.state ?? emptyLog);
}

function toTalkAvatar({ avatarId, name, title, thumbnailUrl, face, voice }: Avatar): TalkAvatar {
  return { avatarId, name, title, description: '', thumbnailUrl: thumbnailUrl ?? '', face, voice };
}
