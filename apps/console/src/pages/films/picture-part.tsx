import { Checkbox, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { LIMITS, shownName } from '@visavis/protocol';
import { ACCEPTED_FILES, PICTURE_NAMES, VIDEO_NAMES } from '@visavis/protocol/file-kind';
import type { Avatar } from '@visavis/protocol/rest';
import { useId } from 'react';
import { avatarsQuery } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { TextField } from '../../components/fields.tsx';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { useFormats } from '../../i18n/language.tsx';
import { Picture } from '../avatars/picture.tsx';
import { type FilmWish, type Missing, PICTURE_SOURCES } from './film-wish.ts';
import { LARGEST, LONGEST_MINUTES, LONGEST_SIDE_PX } from './judge-file.ts';
import own from './new-film.module.css';
import { useSizes } from './sizes.ts';
import { UploadField } from './upload-field.tsx';
import type { FileSending } from './use-file-sending.ts';

export type PartProps = {
  readonly projectId: string;
  readonly wish: FilmWish;
  /** What is to be marked. */
  readonly missing: ReadonlySet<Missing>;
  readonly onChange: (part: Partial<FilmWish>) => void;
};

/** Who speaks: a file, an avatar, or what is at an address. */
export function PicturePart(props: PartProps & { readonly file: FileSending }) {
  const { projectId, wish, missing, onChange, file } = props;
  const { form } = useFilmsTexts();
  return (
    <section className={classes.card} aria-labelledby="who">
      <div className={classes.stack}>
        <h2 id="who">{form.who}</h2>
        <SegmentedControl
          fullWidth
          aria-label={form.pictureFrom}
          data={PICTURE_SOURCES.map((value) => ({ value, label: form.pictures[value] }))}
          value={wish.pictureFrom}
          onChange={(value) => onChange({ pictureFrom: PICTURE_SOURCES.find((known) => known === value) ?? 'file' })}
        />
        {wish.pictureFrom === 'file' && <PictureFile file={file} isMissing={missing.has('picture')} />}
        {wish.pictureFrom === 'avatar' && (
          <AvatarChoice
            projectId={projectId}
            chosen={wish.avatarId}
            isMissing={missing.has('avatar')}
            onChoose={(avatarId) => onChange({ avatarId })}
          />
        )}
        {wish.pictureFrom === 'address' && <PictureAddress wish={wish} onChange={onChange} />}
        {wish.pictureFrom !== 'avatar' && (
          <Checkbox
            label={form.agreed}
            error={missing.has('agreed') ? form.missingAgreed : null}
            checked={wish.agreed}
            onChange={(event) => onChange({ agreed: event.currentTarget.checked })}
          />
        )}
      </div>
    </section>
  );
}

function PictureFile({ file, isMissing }: { readonly file: FileSending; readonly isMissing: boolean }) {
  const { form } = useFilmsTexts();
  const { number } = useFormats();
  const { size } = useSizes();
  return (
    <UploadField
      sending={file}
      label={form.pictureFile}
      accept={ACCEPTED_FILES}
      invitation={form.dropPicture}
      limits={[
        form.pictureLimits(size(LARGEST.video), size(LARGEST.picture), LONGEST_MINUTES, number(LONGEST_SIDE_PX)),
        form.pictureTypes(VIDEO_NAMES, PICTURE_NAMES),
      ]}
      wrong={form.wrongPicture}
      missing={isMissing ? form.missingPicture : null}
    />
  );
}

function PictureAddress({ wish, onChange }: Pick<PartProps, 'wish' | 'onChange'>) {
  const { form } = useFilmsTexts();
  return (
    <>
      <TextField
        name={wish.pictureKind === 'video' ? 'videoUrl' : 'imageUrl'}
        label={form.address}
        description={form.addressHint}
        type="url"
        required
        maxLength={LIMITS.characters.url}
        value={wish.pictureUrl}
        onChange={(pictureUrl) => onChange({ pictureUrl })}
      />
      <SegmentedControl
        aria-label={form.addressKind}
        data={(['video', 'image'] as const).map((value) => ({ value, label: form.addressKinds[value] }))}
        value={wish.pictureKind}
        onChange={(value) => onChange({ pictureKind: value === 'image' ? 'image' : 'video' })}
      />
    </>
  );
}

type AvatarChoiceProps = {
  readonly projectId: string;
  readonly chosen: string | null;
  readonly isMissing: boolean;
  readonly onChoose: (avatarId: string) => void;
};

/** The avatars that are ready, one's own first, by their faces. */
function AvatarChoice({ projectId, chosen, isMissing, onChoose }: AvatarChoiceProps) {
  const { form } = useFilmsTexts();
  const group = useId();
  const { data } = useQuery(avatarsQuery(projectId));
  const ready = (data ?? []).filter(({ state }) => state === 'ready');
  if (data !== undefined && ready.length === 0) return <p className={classes.muted}>{form.noAvatars}</p>;
  const isOwn = ({ isSystem }: Avatar) => !isSystem;
  const ordered = [...ready.filter(isOwn), ...ready.filter(({ isSystem }) => isSystem)];
  return (
    <>
      <div className={own.faces} role="radiogroup" aria-label={form.avatar} aria-invalid={isMissing}>
        {ordered.map((avatar) => (
          <label key={avatar.avatarId} className={own.face} data-chosen={avatar.avatarId === chosen}>
            <input
              type="radio"
              name={group}
              checked={avatar.avatarId === chosen}
              onChange={() => onChoose(avatar.avatarId)}
            />
            <Picture avatar={avatar} className={own.facePicture} />
            <span>{shownName(avatar.name)}</span>
          </label>
        ))}
      </div>
      {isMissing && (
        <p className={own.fault} role="alert">
          {form.missingAvatar}
        </p>
      )}
      <p className={classes.muted}>{form.avatarHint}</p>
    </>
  );
}
