import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import type { Avatar } from '@visavis/protocol/rest';
import { type ReactNode, useState } from 'react';
import classes from '../../components/console.module.css';
import { GridIcon, ListIcon } from '../../components/icons.tsx';
import { languageName } from '../../components/language-names.ts';
import { Pager } from '../../components/pager.tsx';
import { useSelection } from '../../components/selection.ts';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { useLanguage } from '../../i18n/language-choice.tsx';
import { AvatarCard, type CardActions } from './avatar-card.tsx';
import own from './gallery.module.css';
import { galleryPart, pageSize, type Sorting, sortings } from './gallery.ts';
import { useBin } from './use-bin.ts';
import { useVoiceWords } from './use-voices.ts';

type GalleryProps = Pick<CardActions, 'onCopy' | 'onOtherPhoto'> & {
  readonly projectId: string;
  /** The newest first. */
  readonly avatars: readonly Avatar[];
  /** Several can be selected and deleted together. */
  readonly canSelect?: boolean;
};

type View = 'grid' | 'list';

/** Avatars to look through: searched, sorted, page by page, as cards or rows. */
export function Gallery({ projectId, avatars, canSelect = false, ...actions }: GalleryProps) {
  const texts = useTexts().gallery;
  const [wish, setWish] = useState({ text: '', page: 0 });
  const [sorting, setSorting] = useLocalStorage<Sorting>({
    key: 'visavis-gallery-sorting',
    defaultValue: 'newest',
    getInitialValueInEffect: false,
  });
  const [view, setView] = useLocalStorage<View>({
    key: 'visavis-gallery-view',
    defaultValue: 'grid',
    getInitialValueInEffect: false,
  });
  const { put } = useBin(projectId);
  const { labelOf } = useVoiceWords();
  const { language } = useLanguage();
  const part = galleryPart(
    avatars,
    { ...wish, sorting: sortings.includes(sorting) ? sorting : 'newest' },
    (avatar) => `${labelOf(avatar.speaker, avatar.voice)} ${languageName(avatar.language, language)}`,
  );
  const selection = useSelection(selectable(avatars));
  const formats = useFormats();
  const first = part.page * pageSize + 1;
  const go = (page: number) => {
    setWish({ ...wish, page });
    globalThis.scrollTo({ top: 0 });
  };
  return (
    <div className={classes.stack}>
      <div className={own.bar}>
        <TextInput
          className={own.search ?? ''}
          type="search"
          aria-label={texts.search}
          placeholder={texts.search}
          maxLength={100}
          value={wish.text}
          onChange={(event) => setWish({ text: event.currentTarget.value, page: 0 })}
        />
        <Select
          aria-label={texts.sort}
          className={own.sort ?? ''}
          data={sortings.map((value) => ({ value, label: texts.sortings[value] }))}
          value={sorting}
          allowDeselect={false}
          onChange={(value) => setSorting(sortings.find((known) => known === value) ?? 'newest')}
        />
        <ViewChoice view={view} onChange={setView} />
      </div>
      {selection.ids.length > 0 && (
        <SelectionBar
          count={selection.ids.length}
          isBusy={put.isPending}
          onAll={() => selection.add(selectable(part.items))}
          onNone={selection.clear}
          onDelete={() =>
            put.mutate(
              avatars.filter(({ avatarId }) => selection.has(avatarId)),
              { onSuccess: selection.clear },
            )
          }
        />
      )}
      {part.found === 0 && <p className={classes.muted}>{texts.nothingFound}</p>}
      <div className={view === 'list' ? own.rows : classes.grid}>
        {part.items.map((avatar) => (
          <AvatarCard
            key={avatar.avatarId}
            {...actions}
            projectId={projectId}
            avatar={avatar}
            isSelected={selection.has(avatar.avatarId)}
            onDelete={(unwanted) => put.mutate([unwanted])}
            onSelect={canSelect ? ({ avatarId }) => selection.toggle(avatarId) : null}
          />
        ))}
      </div>
      {part.pageCount > 1 && (
        <Pager
          label={texts.pages}
          shown={texts.range(
            formats.number(first),
            formats.number(first + part.items.length - 1),
            formats.number(part.found),
          )}
          onPrevious={part.page === 0 ? null : () => go(part.page - 1)}
          onNext={part.page === part.pageCount - 1 ? null : () => go(part.page + 1)}
        />
      )}
    </div>
  );
}

/** What is being made cannot be thrown away with others. */
function selectable(avatars: readonly Avatar[]): readonly string[] {
  return avatars.filter(({ state }) => state !== 'making').map(({ avatarId }) => avatarId);
}

function ViewChoice({ view, onChange }: { readonly view: View; readonly onChange: (view: View) => void }) {
  const texts = useTexts().gallery;
  const button = (value: View, icon: ReactNode) => (
    <ActionIcon
      size={36}
      variant={view === value ? 'filled' : 'default'}
      aria-label={texts.views[value]}
      aria-pressed={view === value}
      onClick={() => onChange(value)}
    >
      {icon}
    </ActionIcon>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields.
    <div role="group" aria-label={texts.view} className={own.views}>
      {button('grid', <GridIcon size={18} />)}
      {button('list', <ListIcon size={18} />)}
    </div>
  );
}

type SelectionBarProps = {
  readonly count: number;
  readonly isBusy: boolean;
  readonly onAll: () => void;
  readonly onNone: () => void;
  readonly onDelete: () => void;
};

function SelectionBar({ count, isBusy, onAll, onNone, onDelete }: SelectionBarProps) {
  const texts = useTexts();
  return (
    <section className={own.selection} aria-label={texts.gallery.selection}>
      <span role="status">{texts.gallery.selected(count)}</span>
      <Button size="xs" variant="default" onClick={onAll}>
        {texts.gallery.selectPage}
      </Button>
      <Button size="xs" variant="default" onClick={onNone}>
        {texts.gallery.selectNone}
      </Button>
      <Button size="xs" color="red" loading={isBusy} onClick={onDelete}>
        {texts.common.delete}
      </Button>
    </section>
  );
}
