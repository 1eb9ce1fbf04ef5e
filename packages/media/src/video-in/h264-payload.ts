export const SEQUENCE_PARAMETERS = 7;
const TYPE_MASK = 0x1f;
const KEY_SLICE = 5;
const LAST_SINGLE_UNIT = 23;
const STAP_A = 24;
const FU_A = 28;
const FU_START = 0x80;
const FU_END = 0x40;
const START_CODE = Buffer.from([0, 0, 0, 1]);

/** Whether a key picture begins with this payload: with its sequence parameters, without which nobody decodes it. */
export function beginsH264KeyFrame(payload: Buffer): boolean {
  const type = (payload[0] ?? 0) & TYPE_MASK;
  if (type === SEQUENCE_PARAMETERS) return true;
  if (type !== STAP_A) return false;
  const units = aggregatedUnits(payload);
  return units?.some((unit) => h264UnitType(unit) === SEQUENCE_PARAMETERS) === true;
}

/** The type of a NAL unit (ISO/IEC 14496-10, 7.4.1). */
export function h264UnitType(unit: Uint8Array): number {
  return (unit[0] ?? 0) & TYPE_MASK;
}

/**
 * The access unit of these payloads (RFC 6184: single units, STAP-A, FU-A), in order and in Annex B form. Null when one of them is
 * none of H.264's, or no key slice is among them.
 */
export function joinH264(payloads: readonly Buffer[]): Buffer | null {
  const units: Buffer[] = [];
  let fragments: Buffer[] | null = null;
  for (const payload of payloads) {
    const type = h264UnitType(payload);
    if (type === FU_A) {
      fragments = addFragment(fragments, payload);
      if (fragments === null) return null;
      if (((payload[1] ?? 0) & FU_END) === 0) continue;
      units.push(Buffer.concat(fragments));
      fragments = null;
    } else {
      const whole: readonly Buffer[] | null = type === STAP_A ? aggregatedUnits(payload) : singleUnit(payload, type);
      if (fragments !== null || whole === null) return null;
      units.push(...whole);
    }
  }
  if (fragments !== null || !units.some((unit) => h264UnitType(unit) === KEY_SLICE)) return null;
  return Buffer.concat(units.flatMap((unit) => [START_CODE, unit]));
}

function singleUnit(payload: Buffer, type: number): readonly Buffer[] | null {
  return type >= 1 && type <= LAST_SINGLE_UNIT ? [payload] : null;
}

/** Null when the unit goes on without having begun, or begins twice. */
function addFragment(fragments: Buffer[] | null, payload: Buffer): Buffer[] | null {
  const [indicator, header] = payload;
  if (indicator === undefined || header === undefined) return null;
  const isStart = (header & FU_START) !== 0;
  if (isStart !== (fragments === null)) return null;
  const body = payload.subarray(2);
  if (fragments === null) return [Buffer.from([(indicator & ~TYPE_MASK) | (header & TYPE_MASK)]), body];
  fragments.push(body);
  return fragments;
}

/** The units of a STAP-A (RFC 6184, 5.7.1); null when one of them reaches beyond the payload, or is empty. */
function aggregatedUnits(payload: Buffer): Buffer[] | null {
  const units: Buffer[] = [];
  for (let at = 1; at < payload.length; ) {
    if (at + 2 > payload.length) return null;
    const end = at + 2 + payload.readUInt16BE(at);
    if (end === at + 2 || end > payload.length) return null;
    units.push(payload.subarray(at + 2, end));
    at = end;
  }
  return units;
}
