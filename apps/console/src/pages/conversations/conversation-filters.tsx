import { Button, Select, TextInput } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import { DayFields } from '../../components/day-fields.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { AvatarSelect } from '../avatars/avatar-select.tsx';
import { type ConversationFilter, conversationSorts, isFiltered, noFilter } from './conversation-filter.ts';
import own from './conversations-page.module.css';

type FiltersProps = {
  readonly projectId: string;
  readonly filter: ConversationFilter;
  readonly onChange: (filter: ConversationFilter) => void;
};

/** Which conversations are shown, and in which order. */
export function ConversationFilters({ projectId, filter, onChange }: FiltersProps) {
  const { conversations: texts } = useTexts();
  const change = (part: Partial<ConversationFilter>) => onChange({ ...filter, ...part });
  const isSearch = filter.text.trim() !== '';
  return (
    <search className={own.filters}>
      <TextInput
        className={own.search}
        label={texts.search}
        type="search"
        maxLength={LIMITS.characters.note}
        value={filter.text}
        onChange={(event) => change({ text: event.currentTarget.value })}
      />
      <Select
        label={texts.status}
        placeholder={texts.anyStatus}
        clearable
        data={(['active', 'completed', 'failed'] as const).map((value) => ({ value, label: texts.statuses[value] }))}
        value={filter.status}
        onChange={(status) => change({ status })}
      />
      <AvatarSelect projectId={projectId} value={filter.avatarId} onChange={(avatarId) => change({ avatarId })} />
      <Select
        label={texts.rating}
        placeholder={texts.anyRating}
        clearable
        data={(['up', 'down'] as const).map((value) => ({ value, label: texts.ratings[value] }))}
        value={filter.rating}
        onChange={(rating) => change({ rating })}
      />
      <DayFields value={filter} labels={texts} onChange={change} />
      <Select
        label={texts.sort}
        allowDeselect={false}
        disabled={isSearch}
        description={isSearch ? texts.sortOfSearch : undefined}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        data={conversationSorts.map((value) => ({ value, label: texts.sorts[value] }))}
        value={isSearch ? 'newest' : filter.sort}
        onChange={(sort) => change({ sort: conversationSorts.find((known) => known === sort) ?? 'newest' })}
      />
      {isFiltered(filter) && (
        <Button variant="subtle" className={own.clear} onClick={() => onChange({ ...noFilter, sort: filter.sort })}>
          {texts.clearFilter}
        </Button>
      )}
    </search>
  );
}
