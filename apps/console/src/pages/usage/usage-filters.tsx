import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { LIMITS } from '@visavis/protocol';
import { avatarsQuery, keysQuery, type UsageFilter } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { useTexts } from '../../i18n/language.tsx';
import { shownName } from '../avatars/shown-name.ts';
import { type RangeChoice, rangeChoices } from './usage-range.ts';

type UsageFiltersProps = {
  readonly projectId: string;
  readonly choice: RangeChoice;
  readonly filter: UsageFilter;
  /** The days are some that the server can be asked for. */
  readonly isAskable: boolean;
  readonly onChoice: (choice: RangeChoice) => void;
  readonly onChange: (filter: UsageFilter) => void;
};

/** Of which days, which key and which avatar. */
export function UsageFilters({ projectId, choice, filter, isAskable, onChoice, onChange }: UsageFiltersProps) {
  const { usage: texts, keys: keyTexts, conversations } = useTexts();
  const keys = useQuery(keysQuery(projectId)).data ?? [];
  const avatars = useQuery(avatarsQuery(projectId)).data ?? [];
  return (
    <div className={classes.split}>
      <Select
        label={texts.range}
        allowDeselect={false}
        data={rangeChoices.map((value) => ({ value, label: texts.ranges[value] }))}
        value={choice}
        onChange={(value) => onChoice(rangeChoices.find((known) => known === value) ?? 'month')}
      />
      {choice === 'own' && (
        <>
          <TextInput
            label={texts.from}
            type="date"
            value={filter.from}
            error={isAskable ? null : texts.badRange(LIMITS.counts.usageDays)}
            onChange={(event) => onChange({ ...filter, from: event.currentTarget.value })}
          />
          <TextInput
            label={texts.to}
            type="date"
            value={filter.to}
            onChange={(event) => onChange({ ...filter, to: event.currentTarget.value })}
          />
        </>
      )}
      <Select
        label={keyTexts.key}
        placeholder={texts.anyKey}
        clearable
        searchable
        data={keys.map(({ licenceId, name }) => ({ value: licenceId, label: name }))}
        value={filter.licenceId}
        onChange={(licenceId) => onChange({ ...filter, licenceId })}
      />
      <Select
        label={texts.avatar}
        placeholder={conversations.anyAvatar}
        clearable
        searchable
        data={avatars.map(({ avatarId, name }) => ({ value: avatarId, label: shownName(name) }))}
        value={filter.avatarId}
        onChange={(avatarId) => onChange({ ...filter, avatarId })}
      />
    </div>
  );
}
