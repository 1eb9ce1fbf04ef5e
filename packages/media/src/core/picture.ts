/** One picture in planar YUV 4:2:0 (BT.601, limited range). `data` holds Y, then U, then V, without row padding. */
export type Picture = { readonly width: number; readonly height: number; readonly data: Uint8Array };

/** Bytes of a picture of this size. Width and height are even. */
export function pictureByteLength(width: number, height: number): number {
  return (width * height * 3) / 2;
}

export function createPicture(width: number, height: number): Picture {
  if (width % 2 !== 0 || height % 2 !== 0) throw new RangeError(`A picture has even sides; got ${width}x${height}.`);
  return { width, height, data: new Uint8Array(pictureByteLength(width, height)) };
}
