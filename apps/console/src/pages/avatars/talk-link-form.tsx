import { Select } from '@mantine/core';
import { LIMITS, shownName } from '@visavis/protocol';
import type { Avatar, TalkLink } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { keysQuery, useChange } from '../../api/queries.ts';
import { sectionAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import classes from '../../components/console.module.css';
import { CopyButton } from '../../components/copy-button.tsx';
import { NumberField, TextField } from '../../components/fields.tsx';
import { fittingName } from '../../components/fitting-name.ts';
import { EntryForm } from '../../components/form.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import embed from './embed-code.module.css';

const first = { lifetimeHours: '168', maxConcurrentCalls: 2, maxMinutesPerDay: 60 };

type TalkLinkFormProps = { readonly projectId: string; readonly avatar: Avatar };

/** Makes a link by which others talk with the avatar, for a time and within limits. */
export function TalkLinkForm({ projectId, avatar }: TalkLinkFormProps) {
  const texts = useTexts();
  const own = texts.talkLink;
  const formats = useFormats();
  const [name, setName] = useState(() => fittingName(shownName(avatar.name), own.firstName));
  const [hours, setHours] = useState<string>(first.lifetimeHours);
  const [calls, setCalls] = useState<number | string>(first.maxConcurrentCalls);
  const [minutes, setMinutes] = useState<number | string>(first.maxMinutesPerDay);
  const make = useChange(() => {
    const limits = { maxConcurrentCalls: Number(calls), maxMinutesPerDay: Number(minutes) };
    const wish = { name, lifetimeHours: Number(hours), ...limits };
    return request<TalkLink>('POST', `/projects/${projectId}/avatars/${avatar.avatarId}/talk-links`, wish);
  }, [keysQuery(projectId).queryKey]);
  const address = make.data && globalThis.location.origin + make.data.path;
  return (
    <section className={`${classes.card} ${classes.stack}`} aria-labelledby="talk-link">
      <h2 id="talk-link">{own.title}</h2>
      <p className={classes.muted}>{own.intro}</p>
      <EntryForm saving={make} action={own.make} onSubmit={() => make.mutate(undefined)}>
        <TextField
          name="name"
          label={own.name}
          description={
            <>
              {own.nameHint}{' '}
              <Link className={embed.link} href={sectionAddress(projectId, 'keys')}>
                {texts.keys.title}
              </Link>
            </>
          }
          required
          maxLength={LIMITS.characters.name}
          value={name}
          onChange={setName}
        />
        <Select
          label={own.lifetime}
          data={Object.entries(own.lifetimes).map(([value, label]) => ({ value, label }))}
          value={hours}
          allowDeselect={false}
          onChange={(value) => setHours(value ?? first.lifetimeHours)}
        />
        <NumberField
          name="maxConcurrentCalls"
          label={own.calls}
          required
          range={LIMITS.ranges.linkCalls}
          value={calls}
          onChange={setCalls}
        />
        <NumberField
          name="maxMinutesPerDay"
          label={own.minutes}
          required
          range={LIMITS.ranges.linkMinutesPerDay}
          value={minutes}
          onChange={setMinutes}
        />
      </EntryForm>
      {address !== undefined && make.data !== undefined && (
        <div className={classes.stack}>
          <div className={embed.snippetHead}>
            <h3>{own.link}</h3>
            <CopyButton text={address} what={own.link} />
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard. */}
          <pre className={classes.code} tabIndex={0}>
            <code>{address}</code>
          </pre>
          <p className={classes.muted} role="status">
            {own.made(formats.dateTime(make.data.expiresAt))}
          </p>
        </div>
      )}
    </section>
  );
}
