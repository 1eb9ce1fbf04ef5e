import { forEachNalUnit } from '../codecs/annex-b.ts';
import type { FragmentSink } from './payload-fragment.ts';
import { pieceCount } from './payload-fragment.ts';

const NAL_TYPE_MASK = 0x1f;
const NAL_TYPE_SEI = 6;
const NAL_TYPE_SEQUENCE_PARAMETERS = 7;
const NAL_TYPE_PICTURE_PARAMETERS = 8;
const NAL_TYPE_ACCESS_UNIT_DELIMITER = 9;
const STAP_A = 24;
const FU_A = 28;
const HIGHEST_IMPORTANCE = 0x60;
const FU_HEADER_BYTES = 2;
const FU_START = 0x80;
const FU_END = 0x40;

/**
 * Splits H.264 access units into RTP payloads in non-interleaved mode (RFC 6184, packetization-mode 1): parameter sets
 * together in one STAP-A, large units in FU-A pieces. Delimiters and SEI are left out; decoders of calls need neither.
 */
export class H264Packetizer {
  readonly #units: { start: number; end: number; isParameterSet: boolean }[] = [];
  readonly #fuHeader = new Uint8Array(FU_HEADER_BYTES);
  readonly #noPrefix = new Uint8Array(0);

  packetize(accessUnit: Uint8Array, maxPayloadBytes: number, sink: FragmentSink): void {
    this.#collectUnits(accessUnit);
    const parameterSets = this.#units.filter((unit) => unit.isParameterSet);
    const slices = this.#units.filter((unit) => !unit.isParameterSet);
    if (parameterSets.length > 0) {
      const aggregate = aggregateUnits(accessUnit, parameterSets);
      if (aggregate.byteLength <= maxPayloadBytes) {
        sink(this.#noPrefix, 0, aggregate, 0, aggregate.byteLength, slices.length === 0);
      } else {
        for (const unit of parameterSets) this.#emitUnit(accessUnit, unit, maxPayloadBytes, false, sink);
      }
    }
    for (const [index, unit] of slices.entries()) {
      this.#emitUnit(accessUnit, unit, maxPayloadBytes, index === slices.length - 1, sink);
    }
  }

  #collectUnits(accessUnit: Uint8Array): void {
    this.#units.length = 0;
    forEachNalUnit(accessUnit, (start, end) => {
      const type = (accessUnit[start] ?? 0) & NAL_TYPE_MASK;
      if (end <= start || type === NAL_TYPE_SEI || type === NAL_TYPE_ACCESS_UNIT_DELIMITER) return;
      const isParameterSet = type === NAL_TYPE_SEQUENCE_PARAMETERS || type === NAL_TYPE_PICTURE_PARAMETERS;
      this.#units.push({ start, end, isParameterSet });
    });
  }

  #emitUnit(
    accessUnit: Uint8Array,
    unit: { start: number; end: number },
    maxPayloadBytes: number,
    isLastUnit: boolean,
    sink: FragmentSink,
  ): void {
    if (unit.end - unit.start <= maxPayloadBytes) {
      sink(this.#noPrefix, 0, accessUnit, unit.start, unit.end, isLastUnit);
      return;
    }
    const unitHeader = accessUnit[unit.start] ?? 0;
    const bodyStart = unit.start + 1;
    const bodyBytes = unit.end - bodyStart;
    const pieceBytes = Math.ceil(bodyBytes / pieceCount(bodyBytes, maxPayloadBytes - FU_HEADER_BYTES));
    this.#fuHeader[0] = (unitHeader & ~NAL_TYPE_MASK) | FU_A;
    for (let start = bodyStart; start < unit.end; start += pieceBytes) {
      const end = Math.min(unit.end, start + pieceBytes);
      const edge = (start === bodyStart ? FU_START : 0) | (end === unit.end ? FU_END : 0);
      this.#fuHeader[1] = edge | (unitHeader & NAL_TYPE_MASK);
      sink(this.#fuHeader, FU_HEADER_BYTES, accessUnit, start, end, isLastUnit && end === unit.end);
    }
  }
}

function aggregateUnits(accessUnit: Uint8Array, units: readonly { start: number; end: number }[]): Uint8Array {
  const byteLength = units.reduce((total, unit) => total + 2 + unit.end - unit.start, 1);
  const aggregate = new Uint8Array(byteLength);
  aggregate[0] = HIGHEST_IMPORTANCE | STAP_A;
  let offset = 1;
  for (const unit of units) {
    const unitBytes = unit.end - unit.start;
    aggregate[offset] = unitBytes >> 8;
    aggregate[offset + 1] = unitBytes & 0xff;
    aggregate.set(accessUnit.subarray(unit.start, unit.end), offset + 2);
    offset += 2 + unitBytes;
  }
  return aggregate;
}
