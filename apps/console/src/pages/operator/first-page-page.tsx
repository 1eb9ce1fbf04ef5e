import { ActionIcon, Badge, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { shownName } from '@visavis/protocol';
import type { FirstPageAvatar } from '@visavis/protocol/rest';
import { request } from '../../api/client.ts';
import { firstPageQuery, useChange } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { useDraft } from '../../components/draft.ts';
import { Form } from '../../components/form.tsx';
import { ArrowDownIcon, ArrowUpIcon } from '../../components/icons.tsx';
import { EmptyState, Loaded, Page } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';
import own from './first-page-page.module.css';
import { moved, stillThere } from './order.ts';
import { ServerModels } from './server-models.tsx';

/** Which avatars visitors meet, and in which order; for the operator. */
export function FirstPagePage() {
  const texts = useTexts().firstPage;
  const avatars = useQuery(firstPageQuery);
  return (
    <Page title={texts.title} intro={texts.intro}>
      <ServerModels />
      <Loaded of={avatars}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState title={texts.emptyTitle} text={texts.emptyText} />
          ) : (
            <ChoiceForm avatars={all} />
          )
        }
      </Loaded>
    </Page>
  );
}

type Choice = { readonly avatarIds: readonly string[] };

function choiceOf(avatars: readonly FirstPageAvatar[]): Choice {
  return { avatarIds: avatars.filter(({ isShown }) => isShown).map(({ avatarId }) => avatarId) };
}

function ChoiceForm({ avatars }: { readonly avatars: readonly FirstPageAvatar[] }) {
  const texts = useTexts().firstPage;
  const draft = useDraft(choiceOf(avatars));
  const save = useChange(
    (choice: Choice) =>
      request<FirstPageAvatar[]>('PUT', '/operator/first-page', {
        avatarIds: stillThere(choice.avatarIds, avatars),
      }),
    [firstPageQuery.queryKey],
  );
  const avatarIds = stillThere(draft.values.avatarIds, avatars);
  const shown = avatarIds.flatMap((id) => avatars.find(({ avatarId }) => avatarId === id) ?? []);
  const hidden = avatars.filter(({ avatarId }) => !avatarIds.includes(avatarId));
  const choose = (next: readonly string[]) => draft.change({ avatarIds: next });
  return (
    <Form draft={draft} saving={save} valuesOf={choiceOf}>
      <h2 className={classes.sectionTitle}>{texts.shown}</h2>
      {shown.length === 0 && <p className={classes.muted}>{texts.nobody}</p>}
      <ol className={classes.list}>
        {shown.map((avatar, index) => (
          <AvatarRow
            key={avatar.avatarId}
            avatar={avatar}
            isShown
            onSwitch={() => choose(avatarIds.filter((id) => id !== avatar.avatarId))}
            onUp={index === 0 ? null : () => choose(moved(avatarIds, index, index - 1))}
            onDown={index === shown.length - 1 ? null : () => choose(moved(avatarIds, index, index + 1))}
          />
        ))}
      </ol>
      {hidden.length > 0 && <h2 className={classes.sectionTitle}>{texts.hidden}</h2>}
      <ul className={classes.list}>
        {hidden.map((avatar) => (
          <AvatarRow
            key={avatar.avatarId}
            avatar={avatar}
            isShown={false}
            onSwitch={() => choose([...avatarIds, avatar.avatarId])}
            onUp={null}
            onDown={null}
          />
        ))}
      </ul>
    </Form>
  );
}

type AvatarRowProps = {
  readonly avatar: FirstPageAvatar;
  readonly isShown: boolean;
  readonly onSwitch: () => void;
  readonly onUp: (() => void) | null;
  readonly onDown: (() => void) | null;
};

function AvatarRow({ avatar, isShown, onSwitch, onUp, onDown }: AvatarRowProps) {
  const texts = useTexts();
  const name = shownName(avatar.name);
  return (
    <li className={own.row}>
      {avatar.thumbnailUrl === null ? (
        <span className={own.picture} aria-hidden="true">
          {name.slice(0, 1)}
        </span>
      ) : (
        <img className={own.picture} src={avatar.thumbnailUrl} alt="" loading="lazy" />
      )}
      <div className={own.words}>
        <p className={classes.title}>
          {name}
          {avatar.isSystem && (
            <Badge variant="light" color="gray">
              {texts.firstPage.builtIn}
            </Badge>
          )}
          {avatar.state !== 'ready' && (
            <Badge variant="light" color={avatar.state === 'failed' ? 'red' : 'gray'}>
              {texts.avatars[avatar.state]}
            </Badge>
          )}
        </p>
        {isShown && avatar.state !== 'ready' && <p className={classes.facts}>{texts.firstPage.notReady}</p>}
      </div>
      <div className={classes.actions}>
        {isShown && (
          <>
            <MoveButton label={texts.firstPage.up(name)} onMove={onUp} Icon={ArrowUpIcon} />
            <MoveButton label={texts.firstPage.down(name)} onMove={onDown} Icon={ArrowDownIcon} />
          </>
        )}
        <Switch aria-label={texts.firstPage.show(name)} checked={isShown} onChange={onSwitch} />
      </div>
    </li>
  );
}

type MoveButtonProps = {
  readonly label: string;
  /** Null: it cannot be moved there. */
  readonly onMove: (() => void) | null;
  readonly Icon: typeof ArrowUpIcon;
};

function MoveButton({ label, onMove, Icon }: MoveButtonProps) {
  return (
    <ActionIcon variant="default" size="lg" aria-label={label} disabled={onMove === null} onClick={onMove ?? undefined}>
      <Icon size={18} />
    </ActionIcon>
  );
}
