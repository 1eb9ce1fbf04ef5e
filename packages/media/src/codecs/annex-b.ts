/** Calls `visit(start, end)` for each NAL unit between Annex B start codes (ISO/IEC 14496-10 annex B). */
export function forEachNalUnit(data: Uint8Array, visit: (start: number, end: number) => void): void {
  let unitStart = -1;
  let position = 0;
  while (position + 2 < data.byteLength) {
    const third = data[position + 2] ?? 0;
    if (third > 1) {
      position += 3;
    } else if (third === 1 && data[position] === 0 && data[position + 1] === 0) {
      if (unitStart >= 0) visit(unitStart, trimTrailingZeros(data, unitStart, position));
      position += 3;
      unitStart = position;
    } else {
      position += 1;
    }
  }
  if (unitStart >= 0 && unitStart < data.byteLength) visit(unitStart, data.byteLength);
}

function trimTrailingZeros(data: Uint8Array, start: number, end: number): number {
  let trimmed = end;
  while (trimmed > start && data[trimmed - 1] === 0) trimmed -= 1;
  return trimmed;
}
