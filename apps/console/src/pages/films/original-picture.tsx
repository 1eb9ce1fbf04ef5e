import type { Avatar, Generation } from '@visavis/protocol/rest';
import { type RefObject, useState } from 'react';
import { uploadedFileAddress } from '../../api/film-queries.ts';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { Picture } from '../avatars/picture.tsx';
import { uploadIdIn } from './film-wish.ts';
import own from './player.module.css';

/** What a film was made of, as far as a page of this server may show it. */
export type Original =
  | { readonly kind: 'video' | 'image'; readonly address: string }
  | { readonly kind: 'avatar'; readonly avatar: Avatar }
  | { readonly kind: 'elsewhere'; readonly url: string }
  | { readonly kind: 'gone' };

export function originalOf(
  projectId: string,
  { picture }: Pick<Generation, 'picture'>,
  avatars: readonly Avatar[],
): Original {
  const { kind, url, avatarId } = picture;
  if (kind === 'avatar') {
    const avatar = avatars.find((one) => one.avatarId === avatarId);
    return avatar === undefined ? { kind: 'gone' } : { kind, avatar };
  }
  const uploadId = uploadIdIn(url ?? '');
  if (uploadId !== null) return { kind, address: uploadedFileAddress(projectId, uploadId) };
  return url === null ? { kind: 'gone' } : { kind: 'elsewhere', url };
}

type OriginalPictureProps = {
  readonly original: Original;
  readonly videoRef: RefObject<HTMLVideoElement | null>;
  readonly isMuted: boolean;
  readonly onLoaded: () => void;
};

export function OriginalPicture({ original, videoRef, isMuted, onLoaded }: OriginalPictureProps) {
  const { player: texts } = useFilmsTexts();
  const [isBroken, setBroken] = useState(false);
  if (original.kind === 'avatar') return <Picture avatar={original.avatar} className={own.picture} />;
  if (original.kind === 'elsewhere') {
    return (
      <p className={`${own.picture} ${own.words}`}>
        {texts.elsewhere}
        <a href={original.url} rel="noreferrer" target="_blank">
          {original.url}
        </a>
      </p>
    );
  }
  if (original.kind === 'gone' || isBroken) {
    return <p className={`${own.picture} ${own.words}`}>{original.kind === 'gone' ? texts.gone : texts.unplayable}</p>;
  }
  return (
    <div className={own.picture}>
      {original.kind === 'image' ? (
        <img src={original.address} alt={texts.original} onError={() => setBroken(true)} />
      ) : (
        <video
          ref={videoRef}
          src={original.address}
          aria-label={texts.original}
          muted={isMuted}
          playsInline
          preload="auto"
          onLoadedMetadata={onLoaded}
          onError={() => setBroken(true)}
        />
      )}
    </div>
  );
}
