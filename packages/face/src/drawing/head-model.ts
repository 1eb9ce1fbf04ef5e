import { smoothStep } from '@visavis/media/core';
import { faceBox, meshPoint, POINT } from '../landmarks/mesh-points.ts';
import { bell } from './photo-look.ts';

/** Head and shoulders as simple solids placed by the face, in portrait pixels. */
export type HeadModel = {
  readonly centreX: number;
  /** Between the top of the forehead and the chin. */
  readonly faceHeight: number;
  readonly faceHalfWidth: number;
  readonly chinY: number;
  readonly noseX: number;
  readonly noseY: number;
  /** Ellipse of the head with its hair. */
  readonly headY: number;
  readonly radiusX: number;
  readonly radiusY: number;
};

export function modelHead(points: Float32Array): HeadModel {
  const { left, right, top } = faceBox(points);
  const [chinX, chinY] = meshPoint(points, POINT.chin);
  const [noseX, noseY] = meshPoint(points, POINT.noseTip);
  const faceHeight = chinY - top;
  const faceHalfWidth = (right - left) / 2;
  return {
    centreX: ((left + right) / 2) * 0.7 + chinX * 0.3,
    faceHeight,
    faceHalfWidth,
    chinY,
    noseX,
    noseY,
    headY: top + 0.4 * faceHeight,
    radiusX: faceHalfWidth * 1.32,
    radiusY: faceHeight * 0.8,
  };
}

/** 1 on the outline of the face alone. */
function faceRadius(head: HeadModel, x: number, y: number): number {
  const faceY = head.headY + 0.1 * head.faceHeight;
  return Math.hypot((x - head.centreX) / (1.08 * head.faceHalfWidth), (y - faceY) / (0.62 * head.faceHeight));
}

/** Height over a place, from 1 in the middle to 0 at the edge. */
function dome(radius: number): number {
  return radius < 1 ? (1 - radius * radius) ** 0.85 : 0;
}

/** How far outside the person a place probably lies, in pixels; negative inside. */
export function distanceToPerson(head: HeadModel, x: number, y: number): number {
  const radius = headRadius(head, x, y);
  const toHead = (radius - 1) * Math.min(head.radiusX, head.radiusY);
  // Long hair may hang beside the neck: its colour decides.
  const aside = Math.abs(x - head.centreX);
  const toHair = Math.max(aside - 1.25 * head.faceHalfWidth, head.headY - y) + 0.2 * head.faceHalfWidth;
  return Math.min(toHead, toHair, distanceToTorso(head, x, y));
}

function headRadius(head: HeadModel, x: number, y: number): number {
  return Math.hypot((x - head.centreX) / head.radiusX, (y - head.headY) / head.radiusY);
}

/** Neck, then shoulders that slope down to the sides. */
export function distanceToTorso(head: HeadModel, x: number, y: number): number {
  const unit = head.faceHalfWidth;
  const aside = Math.abs(x - head.centreX) / unit;
  const slope = 0.1 + 0.2 * aside + 0.25 * smoothStep(2.2, 3.2, aside);
  const shoulder = head.chinY + slope * head.faceHeight - y;
  const neck = Math.max((aside - 0.72) * unit, head.chinY - 0.25 * head.faceHeight - y);
  return Math.min(shoulder, neck);
}

/**
 * Nearness of every place to the camera, 0 to 255: a round head whose outline turns about 0.5, a face that is rounder still on its
 * front, shoulders behind.
 */
export function drawDepth(head: HeadModel, sourceSide: number, side: number): Uint8Array {
  const depth = new Uint8Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const x = ((column + 0.5) * sourceSide) / side;
      const y = ((row + 0.5) * sourceSide) / side;
      const radius = headRadius(head, x, y);
      const round = dome(radius);
      const front = dome(faceRadius(head, x, y));
      const nose = bell(x - head.noseX, 0.16 * head.faceHalfWidth) * bell(y - head.noseY, 0.1 * head.faceHeight);
      const behind = 0.12 * smoothStep(0.9, 2.2, radius);
      depth[row * side + column] = Math.round(
        255 * Math.min(1, 0.52 + 0.22 * round + 0.19 * front + 0.07 * nose - behind),
      );
    }
  }
  return depth;
}
