declare const named: unique symbol;
/**
 * The number of a point of the face mesh. Only the tables below make such numbers, so that everywhere else a point is called by its
 * name. They count as in MediaPipe's canonical face model (`canonical_face_model.obj`); left and right are sides of the picture.
 */
export type MeshPoint = number & { readonly [named]: 'point of the mesh' };
type Named<Table> = Table extends number ? MeshPoint : { readonly [Key in keyof Table]: Named<Table[Key]> };

function table<const Table>(numbers: Table): Named<Table> {
  return numbers as Named<Table>;
}

export const MESH_POINT_COUNT = 468;

export const POINT = table({
  foreheadTop: 10,
  noseTip: 1,
  /** Where the nose meets the upper lip. */
  noseBase: 2,
  chin: 152,
  /** On the outline of the face, before the ears: the face is as wide as these are apart. */
  earLeft: 234,
  earRight: 454,
  templeLeft: 127,
  templeRight: 356,
  /** On the outline, at the height of the mouth. */
  jawLeft: 58,
  jawRight: 288,
  mouthLeft: 61,
  mouthRight: 291,
});

/** Edges of the lids run from the inner to the outer corner; their middles from left to right. Brows run outwards. */
export const EYE = table({
  left: {
    inner: 133,
    outer: 33,
    upper: [133, 173, 157, 158, 159, 160, 161, 246, 33],
    lower: [133, 155, 154, 153, 145, 144, 163, 7, 33],
    upperMiddle: [160, 159, 158],
    lowerMiddle: [144, 145, 153],
    top: 159,
    bottom: 145,
    /** Middle line of the brow, and its lower edge. */
    brow: [107, 66, 105, 63, 70],
    underBrow: [55, 65, 52, 53, 46],
  },
  right: {
    inner: 362,
    outer: 263,
    upper: [362, 398, 384, 385, 386, 387, 388, 466, 263],
    lower: [362, 382, 381, 380, 374, 373, 390, 249, 263],
    upperMiddle: [385, 386, 387],
    lowerMiddle: [380, 374, 373],
    top: 386,
    bottom: 374,
    brow: [336, 296, 334, 293, 300],
    underBrow: [285, 295, 282, 283, 276],
  },
});

/** Edges of the lips, from the left to the right corner. */
export const LIPS = table({
  outerUpper: [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291],
  outerLower: [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291],
  innerUpper: [61, 191, 80, 81, 82, 13, 312, 311, 310, 415, 291],
  innerLower: [61, 95, 88, 178, 87, 14, 317, 402, 318, 324, 291],
  /** Where the lips part: of the upper and of the lower one, in the middle, left and right of it. */
  facing: [
    [13, 14],
    [82, 87],
    [312, 317],
  ],
});

/** Once around the face, from the top of the forehead over the right side. */
export const FACE_OUTLINE = table([
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
  172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
]);

/** Points that are looked at together. */
export const PLACES = table({
  cheekLeft: [50, 205, 187, 207],
  cheekRight: [280, 425, 411, 427],
  /** Bare skin of the upper face: under the eyes, bridge of the nose, middle of the forehead. */
  upperFace: [6, 197, 151, 9, 50, 280, 117, 346],
  /** Above the upper lip, beside the corners, below the lower lip. */
  aroundMouth: [164, 167, 393, 186, 410, 18, 200, 83, 313, 43, 273],
  /** The red of the lips. */
  redOfLips: [0, 37, 267, 17, 84, 314, 11, 16, 72, 302],
  /** What neither speech nor blinks move: forehead, temples, bridge and base of the nose, cheekbones. */
  steady: [
    10, 338, 109, 67, 297, 151, 9, 8, 168, 6, 197, 195, 5, 4, 1, 33, 133, 362, 263, 127, 356, 234, 454, 93, 323, 117,
    346, 50, 280, 101, 330,
  ],
  /** Steady too, and next to the mouth. */
  steadyNearMouth: [2, 98, 327, 94, 164, 36, 266, 205, 425, 203, 423],
  /** Sides of the face and the jaw: speech hardly moves them, and turns of the head move them against the rest. */
  sides: [127, 356, 234, 454, 93, 323, 132, 361, 58, 288, 172, 397],
});

/** Place of a point in a mesh of x and y pairs. */
export function meshPoint(points: Float32Array, point: MeshPoint): [number, number] {
  return [points[point * 2] ?? 0, points[point * 2 + 1] ?? 0];
}

export function distanceBetween(points: Float32Array, one: MeshPoint, other: MeshPoint): number {
  const [x, y] = meshPoint(points, one);
  const [otherX, otherY] = meshPoint(points, other);
  return Math.hypot(x - otherX, y - otherY);
}

/** Between the outer corners of the eyes; 1 in a mesh that has none. */
export function eyeDistance(points: Float32Array): number {
  return distanceBetween(points, EYE.left.outer, EYE.right.outer) || 1;
}

/** Turn of the line between the eyes in radians, clockwise. */
export function rollOf(points: Float32Array): number {
  const [leftX, leftY] = meshPoint(points, EYE.left.outer);
  const [rightX, rightY] = meshPoint(points, EYE.right.outer);
  return Math.atan2(rightY - leftY, rightX - leftX);
}

/** Height of the opening between the lips, in distances between the eyes. */
export function lipGap(points: Float32Array): number {
  const gaps = LIPS.facing.map(([upper, lower]) => distanceBetween(points, upper, lower));
  return gaps.reduce((sum, gap) => sum + gap) / gaps.length / eyeDistance(points);
}

/** From ear to ear, and from the top of the forehead to the chin, for a face that is upright in the picture. */
export function faceBox(points: Float32Array): { left: number; right: number; top: number; bottom: number } {
  const [left] = meshPoint(points, POINT.earLeft);
  const [right] = meshPoint(points, POINT.earRight);
  const [, top] = meshPoint(points, POINT.foreheadTop);
  const [, bottom] = meshPoint(points, POINT.chin);
  return { left, right, top, bottom };
}
