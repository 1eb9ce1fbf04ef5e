import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { BIN_DAYS, shownName } from '@visavis/protocol';
import type { BinnedAvatar } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { binQuery, useChange } from '../../api/queries.ts';
import { useMay } from '../../app/role.tsx';
import { Confirm } from '../../components/confirm.tsx';
import classes from '../../components/console.module.css';
import { EmptyState, Loaded } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import own from './gallery.module.css';
import { Picture } from './picture.tsx';
import { useBin } from './use-bin.ts';

/** What was deleted in the last days: restored, or deleted for good. */
export function BinList({ projectId }: { readonly projectId: string }) {
  const texts = useTexts();
  const bin = useQuery(binQuery(projectId));
  const [asked, setAsked] = useState<BinnedAvatar | null>(null);
  const remove = useChange(
    ({ avatarId }: BinnedAvatar) => request('DELETE', `/projects/${projectId}/bin/${avatarId}`),
    [binQuery(projectId).queryKey],
  );
  return (
    <Loaded of={bin}>
      {(binned) => (
        <div className={classes.stack}>
          {binned.length === 0 ? (
            <EmptyState title={texts.bin.emptyTitle} text={texts.bin.intro(BIN_DAYS)} />
          ) : (
            <>
              <p className={classes.muted}>{texts.bin.intro(BIN_DAYS)}</p>
              <ul className={classes.list}>
                {binned.map((avatar) => (
                  <BinRow
                    key={avatar.avatarId}
                    projectId={projectId}
                    avatar={avatar}
                    onDelete={() => setAsked(avatar)}
                  />
                ))}
              </ul>
            </>
          )}
          <Confirm
            opened={asked !== null}
            title={texts.bin.deleteTitle(asked?.name ?? '')}
            text={texts.bin.deleteText}
            action={texts.bin.deleteNow}
            change={remove}
            onClose={() => setAsked(null)}
            onConfirm={() => asked && remove.mutate(asked, { onSuccess: () => setAsked(null) })}
          />
        </div>
      )}
    </Loaded>
  );
}

type BinRowProps = { readonly projectId: string; readonly avatar: BinnedAvatar; readonly onDelete: () => void };

function BinRow({ projectId, avatar, onDelete }: BinRowProps) {
  const texts = useTexts();
  const formats = useFormats();
  const { restore } = useBin(projectId);
  const mayChange = useMay('editor');
  const { avatarId, name, pictureUrl, deletedAt, restorableUntil } = avatar;
  const shown = { avatarId, name, thumbnailUrl: pictureUrl, previewUrl: null, sourceUrl: null, face: null };
  return (
    <li className={classes.row}>
      <div className={own.binned}>
        <Picture avatar={shown} />
        <div>
          <p className={classes.title}>{shownName(name)}</p>
          <p className={classes.facts}>
            <span>{texts.bin.deletedAt(formats.dateTime(deletedAt))}</span>
            <span>{texts.bin.until(formats.dateTime(restorableUntil))}</span>
          </p>
        </div>
      </div>
      {mayChange && (
        <div className={classes.actions}>
          <Button
            size="xs"
            loading={restore.isPending}
            aria-label={texts.common.labelled(texts.bin.restore, name)}
            onClick={() => restore.mutate([avatar])}
          >
            {texts.bin.restore}
          </Button>
          <Button
            size="xs"
            variant="subtle"
            color="red"
            aria-label={texts.common.labelled(texts.bin.deleteNow, name)}
            onClick={onDelete}
          >
            {texts.bin.deleteNow}
          </Button>
        </div>
      )}
    </li>
  );
}
