import type { FaceBox } from '@visavis/protocol/rest';
import { adoptStyle } from '@visavis/sdk/adopt-style';
import { faceFrameStyle, faceProperties } from '@visavis/sdk/face-frame';
import type { CSSProperties, ReactNode } from 'react';

// One style for every page and for the element on other sites.
adoptStyle(document, faceFrameStyle);

type FaceFrameProps = {
  readonly face: FaceBox | null;
  /** The still, for the room beside a face that would not fit the box otherwise; null: none. */
  readonly still: string | null;
  readonly className?: string | undefined;
  readonly children: ReactNode;
};

/** A box of any shape that shows the face of the stills and films in it, which have the class `face-picture`. */
export function FaceFrame({ face, still, className = '', children }: FaceFrameProps) {
  return (
    <span className={`face-frame ${className}`} style={faceProperties(face) as CSSProperties}>
      {still !== null && <img className="face-backdrop" src={still} alt="" aria-hidden="true" />}
      {children}
    </span>
  );
}
