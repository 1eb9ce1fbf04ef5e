import type { FilmReader } from '@visavis/media/codecs';
import type { Picture } from '@visavis/media/core';

/** How pictures tell brightness and colour: of television in high definition, or of the older one. */
export type ColourMatrix = 'bt709' | 'bt601';

/** As FFmpeg calls them. */
const NAMES: Readonly<Record<ColourMatrix, string>> = { bt709: 'bt709', bt601: 'smpte170m' };
/** Parts of red and blue in brightness (ITU-R BT.709, BT.601). */
const WEIGHTS: Readonly<Record<ColourMatrix, { readonly red: number; readonly blue: number }>> = {
  bt709: { red: 0.2126, blue: 0.0722 },
  bt601: { red: 0.299, blue: 0.114 },
};

/** FFmpeg paints the rim of a picture in the picture's own colours: what red is there tells its matrix. */
const RED_RIM = 'crop=2:2:0:0,pad=4:4:0:0:color=red,crop=2:2:2:2,format=yuv420p';
const RED_BLUENESS: ReadonlyMap<number | undefined, ColourMatrix> = new Map([
  [102, 'bt709'],
  [98, 'bt709'],
]);

/** The matrix of a file's pictures, of which the first one is decoded for it. Others than BT.709 are converted by the filters. */
export function matrixOf(reader: FilmReader): ColourMatrix {
  const red = reader.frames(RED_RIM).next().value;
  return RED_BLUENESS.get(red?.bytes[4]) ?? 'bt601';
}

/** FFmpeg's filter, by which pictures keep this matrix, in limited range. */
export function keepingMatrix(matrix: ColourMatrix): string {
  return `out_color_matrix=${NAMES[matrix]}:out_range=tv,format=yuv420p`;
}

const offsets = offsetsOf('bt709', 'bt601');

/**
 * From BT.709 to BT.601, in place: what films are written in here. FFmpeg's quick way cuts fractions off and makes pictures darker by
 * more than a level, its exact way takes three times as long as this.
 */
export function toBt601({ width, height, data }: Picture): void {
  const luma = width * height;
  const [chromaWidth, chroma] = [width / 2, luma / 4];
  const shown = new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength);
  for (let row = 0; row < height / 2; row++) {
    const rowAt = row * chromaWidth;
    for (let column = 0; column < chromaWidth; column++) {
      const u = luma + rowAt + column;
      const v = u + chroma;
      const [blue, red] = [(data[u] as number) - 128, (data[v] as number) - 128];
      if (blue === 0 && red === 0) continue;
      // Rounded once for all four: what is left is the same for each.
      const more = offsets.lumaOfU * blue + offsets.lumaOfV * red;
      const first = 2 * row * width + 2 * column;
      const second = first + width;
      shown[first] = (data[first] as number) + more;
      shown[first + 1] = (data[first + 1] as number) + more;
      shown[second] = (data[second] as number) + more;
      shown[second + 1] = (data[second + 1] as number) + more;
      shown[u] = 128 + offsets.uOfU * blue + offsets.uOfV * red;
      shown[v] = 128 + offsets.vOfU * blue + offsets.vOfV * red;
    }
  }
}

/** Both matrices have the same greys, so only colour changes anything. In limited range. */
function offsetsOf(from: ColourMatrix, to: ColourMatrix) {
  const [byU, byV] = [between(from, to, 1, 0), between(from, to, 0, 1)];
  const lumaOfChroma = 219 / 224;
  return {
    lumaOfU: lumaOfChroma * byU.luma,
    lumaOfV: lumaOfChroma * byV.luma,
    uOfU: byU.u,
    uOfV: byV.u,
    vOfU: byU.v,
    vOfV: byV.v,
  };
}

/** What a colour without brightness in one matrix is in the other one. */
function between(from: ColourMatrix, to: ColourMatrix, u: number, v: number) {
  const own = WEIGHTS[from];
  const red = 2 * (1 - own.red) * v;
  const blue = 2 * (1 - own.blue) * u;
  const green = -(own.red * red + own.blue * blue) / (1 - own.red - own.blue);
  const other = WEIGHTS[to];
  const luma = other.red * red + (1 - other.red - other.blue) * green + other.blue * blue;
  return { luma, u: (blue - luma) / (2 * (1 - other.blue)), v: (red - luma) / (2 * (1 - other.red)) };
}
