import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { LIMITS } from '@visavis/protocol';
import { keysQuery, type UsageFilter } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { DayFields } from '../../components/day-fields.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { AvatarSelect } from '../avatars/avatar-select.tsx';
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
  const { usage: texts, keys: keyTexts } = useTexts();
  const keys = useQuery(keysQuery(projectId)).data ?? [];
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
        <DayFields
          value={filter}
          labels={texts}
          error={isAskable ? null : texts.badRange(LIMITS.counts.usageDays)}
          onChange={(days) => onChange({ ...filter, ...days })}
        />
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
      <AvatarSelect
        projectId={projectId}
        value={filter.avatarId}
        onChange={(avatarId) => onChange({ ...filter, avatarId })}
      />
    </div>
  );
}
