import { useCallback } from 'react';
import { useTalkTexts } from '../../i18n/talk-texts.ts';

type CameraPreviewProps = { readonly stream: MediaStream; readonly className: string | undefined };

/** Oneself, as in a mirror. */
export function CameraPreview({ stream, className }: CameraPreviewProps) {
  const texts = useTalkTexts().devices;
  const show = useCallback(
    (video: HTMLVideoElement | null) => {
      if (video !== null) video.srcObject = stream;
    },
    [stream],
  );
  return <video ref={show} className={className} muted autoPlay playsInline aria-label={texts.ownPicture} />;
}
