import type { Avatar, Generation } from '@visavis/protocol/rest';
import { FilmIcon } from '../../components/icons.tsx';
import { Picture } from '../avatars/picture.tsx';
import { addressBelow, steadyLink } from './film-links.ts';
import own from './films.module.css';

type FilmPictureProps = {
  readonly film: Pick<Generation, 'generationId' | 'picture' | 'videoUrl' | 'previewUrl'>;
  readonly avatars: readonly Avatar[];
};

/** Half a second in: films that fade in begin with nothing. */
const stillS = 0.5;

/** A still of the film; until there is one, who will be in it. Decorative: its title stands beside it. */
export function FilmPicture({ film, avatars }: FilmPictureProps) {
  const { generationId, picture, videoUrl, previewUrl } = film;
  const avatar = avatars.find(({ avatarId }) => avatarId === picture.avatarId);
  if (videoUrl !== null) {
    const address = `${steadyLink(generationId, videoUrl)}#t=${stillS}`;
    return <video className={own.still} src={address} muted playsInline preload="metadata" tabIndex={-1} />;
  }
  if (previewUrl !== null) return <img className={own.still} src={addressBelow(previewUrl)} alt="" />;
  if (avatar !== undefined) return <Picture avatar={avatar} className={own.still} />;
  return (
    <span className={`${own.still} ${own.noStill}`} aria-hidden="true">
      <FilmIcon size={40} />
    </span>
  );
}
