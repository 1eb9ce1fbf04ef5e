import { FaceFinder, regionOfFace } from '../../packages/face/src/landmarks/face-finder.ts';
import { regionOfMesh } from '../../packages/face/src/landmarks/face-mesh.ts';
import { lipGap } from '../../packages/face/src/landmarks/mesh-points.ts';
import type { RgbImage } from '../../packages/face/src/pixels/pixels.ts';

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
      apertures.push(lipGap(mesh.points));
      region = regionOfMesh(mesh.points);
    }
    return apertures;
  }

  close(): void {
    this.#finder.close();
  }
}
