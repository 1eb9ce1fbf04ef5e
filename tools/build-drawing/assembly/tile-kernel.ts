// Keeps planes of pictures as tiles of 16 by 16 bytes, and puts them together again: what `packages/face/src/film/dubbing/kept-pictures.ts`
// asks for. Tiles at the right and lower border reach back over those beside them.

const SIDE: i32 = 16;
const TILE: usize = 256;

@inline
function isSame(tile: usize, at: usize, stride: usize): bool {
  for (let half: usize = 0; half < TILE; half += 128) {
    let differences = i64x2.splat(0);
    for (let row: usize = 0; row < 128; row += 16) {
      differences = v128.or(differences, v128.xor(v128.load(tile + half + row), v128.load(at)));
      at += stride;
    }
    if (v128.any_true(differences)) return false;
  }
  return true;
}

@inline
function copyTile(from: usize, fromStride: usize, to: usize, toStride: usize): void {
  for (let row = 0; row < SIDE; row++) {
    v128.store(to, v128.load(from));
    from += fromStride;
    to += toStride;
  }
}

/**
 * Keeps a plane. `places` gets the place of each of its tiles in the pool, `before` holds those of the picture before, whose tiles are taken
 * where they are the same; 0: there is none. New tiles go to `next` of the pool and on. The place behind them.
 */
export function keepPlane(
  plane: usize,
  width: i32,
  height: i32,
  places: usize,
  before: usize,
  pool: usize,
  next: i32,
): i32 {
  for (let top = 0; top < height; top += SIDE) {
    const row = plane + <usize>min(top, height - SIDE) * <usize>width;
    for (let left = 0; left < width; left += SIDE) {
      const at = row + <usize>min(left, width - SIDE);
      let place = before === 0 ? 0 : load<i32>(before);
      if (before === 0 || !isSame(pool + <usize>place * TILE, at, width)) {
        place = next++;
        copyTile(at, width, pool + <usize>place * TILE, SIDE);
      }
      store<i32>(places, place);
      places += 4;
      if (before !== 0) before += 4;
    }
  }
  return next;
}

/** Puts a plane together from its tiles. */
export function showPlane(plane: usize, width: i32, height: i32, places: usize, pool: usize): void {
  for (let top = 0; top < height; top += SIDE) {
    const row = plane + <usize>min(top, height - SIDE) * <usize>width;
    for (let left = 0; left < width; left += SIDE) {
      copyTile(pool + <usize>load<i32>(places) * TILE, SIDE, row + <usize>min(left, width - SIDE), width);
      places += 4;
    }
  }
}
