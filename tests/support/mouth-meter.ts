import { FaceFinder, meshPoint, regionOfFace, regionOfMesh } from '../../packages/face/src/landmarks/face-finder.ts';
import type { RgbImage } from '../../packages/face/src/pixels/image-sampler.ts';

/** Upper and lower inner-lip points of the MediaPipe mesh, left of centre, centre, right of centre. */
const INNER_LIP_PAIRS = [
  [82, 87],
  [13, 14],
  [312, 317],
] as const;
const OUTER_EYE_CORNERS = [33, 263] as const;

/**
 * Opening of the mouth in each picture: mean distance of three inner-lip pairs over the distance of the outer eye corners.
 * The landmarks come from a network that has no part in making the pictures. Null where no face was found.
 */
export class MouthMeter {
  readonly #finder: FaceFinder;

  static async open(): Promise<MouthMeter> {
    return new MouthMeter(await FaceFinder.open());
  }

  constructor(finder: FaceFinder) {
    this.#finder = finder;
  }

  async apertures(images: Iterable<RgbImage> | AsyncIterable<RgbImage>): Promise<(number | null)[]> {
    const apertures: (number | null)[] = [];
    let region: ReturnType<typeof regionOfFace> | null = null;
    for await (const image of images) {
      if (region === null) {
        const face = (await this.#finder.detect(image))[0];
        if (face !== undefined) region = regionOfFace(face);
      }
      if (region === null) {
        apertures.push(null);
        continue;
      }
      const mesh = await this.#finder.mesh(image, region);
      if (mesh.score < 0.5) {
        apertures.push(null);
        region = null;
        continue;
      }
      apertures.push(apertureOf(mesh.points));
      region = regionOfMesh(mesh.points);
    }
    return apertures;
  }

  close(): void {
    this.#finder.close();
  }
}

function apertureOf(points: Float32Array): number {
  const opening =
    INNER_LIP_PAIRS.reduce((sum, [upper, lower]) => sum + distance(points, upper, lower), 0) / INNER_LIP_PAIRS.length;
  return opening / distance(points, OUTER_EYE_CORNERS[0], OUTER_EYE_CORNERS[1]);
}

function distance(points: Float32Array, first: number, second: number): number {
  const [x1, y1] = meshPoint(points, first);
  const [x2, y2] = meshPoint(points, second);
  return Math.hypot(x1 - x2, y1 - y2);
}
