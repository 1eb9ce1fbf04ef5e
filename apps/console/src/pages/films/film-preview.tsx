import { useQuery } from '@tanstack/react-query';
import { shownName } from '@visavis/protocol';
import { avatarsQuery } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { Picture } from '../avatars/picture.tsx';
import type { FilmWish } from './film-wish.ts';
import own from './new-film.module.css';
import { SpeakerMark } from './speaker-mark.tsx';
import type { FileSending } from './use-file-sending.ts';
import { useSentAddress } from './use-sent-address.ts';

type FilmPreviewProps = {
  readonly projectId: string;
  readonly wish: FilmWish;
  readonly file: FileSending;
  readonly onChange: (part: Partial<FilmWish>) => void;
};

/** Who will be seen; in a clip, the face that speaks is chosen here. */
export function FilmPreview({ projectId, wish, file, onChange }: FilmPreviewProps) {
  const { form } = useFilmsTexts();
  const { pictureFrom, pictureFile, avatarId, speaker } = wish;
  const avatar = useQuery(avatarsQuery(projectId)).data?.find((one) => one.avatarId === avatarId);
  const address = useSentAddress(file);
  if (pictureFrom === 'avatar' && avatar !== undefined) {
    return (
      <figure className={own.preview}>
        <Picture avatar={avatar} live className={own.previewPicture} />
        <figcaption>{shownName(avatar.name)}</figcaption>
      </figure>
    );
  }
  if (pictureFrom === 'file' && pictureFile !== null && address !== null) {
    return pictureFile.kind === 'video' ? (
      <SpeakerMark address={address} speaker={speaker} onChange={(chosen) => onChange({ speaker: chosen })} />
    ) : (
      <figure className={own.preview}>
        <img className={own.previewPicture} src={address} alt={form.preview} />
      </figure>
    );
  }
  return <p className={`${own.previewPicture} ${own.nothing} ${classes.muted}`}>{form.nothingChosen}</p>;
}
