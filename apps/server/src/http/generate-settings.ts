import {
  FILM_FORMATS,
  FILM_QUALITIES,
  type FilmOutput,
  type FilmSegment,
  type FilmSpeaker,
  LIMITS,
  parseSegments,
} from '@visavis/protocol';
import type { FastifyRequest } from 'fastify';
import { ControlError } from '../control/control-error.ts';
import type { GivenSettings } from './read-film-settings.ts';

/**
 * How a film is made, as `POST /generate` takes it: in JSON, or as texts of a form or a query. What cannot be read is refused, and
 * never left out: another film would be made, and paid for.
 */
export function readSettings(request: FastifyRequest): Omit<GivenSettings, 'syncMode'> {
  return {
    speaker: readSpeaker(givenOf(request, 'speaker')),
    segments: readSegments(givenOf(request, 'segments')),
    output: readOutput(givenOf(request, 'output')),
    originalVolume: readVolume(givenOf(request, 'original_volume')),
  };
}

const MAX_PLACE_PX = 65_535;
const NUMBER = /^\d{1,7}(?:\.\d{1,20})?$/;
const MAX_SECONDS = LIMITS.ranges.filmMs[1] / 1000;

/** `auto`, `x,y`, `x,y,time` or `{ x, y, time }`, the time in seconds. */
function readSpeaker(given: unknown): FilmSpeaker | undefined {
  if (given === undefined || given === 'auto') return given;
  const [x, y, time, ...more] = placeIn(given);
  const isRight = isWithin(x, MAX_PLACE_PX) && isWithin(y, MAX_PLACE_PX) && more.length === 0;
  if (isRight && time === undefined) return { x, y };
  if (isRight && isWithin(time, MAX_SECONDS)) return { x, y, timeMs: Math.round(time * 1000) };
  throw bad(
    'speaker is no place in a picture of the clip. Give it in pixels and seconds as x,y or x,y,time, as {"x","y","time"}, or as auto.',
  );
}

function placeIn(given: unknown): readonly unknown[] {
  if (typeof given === 'string') return given.split(',').map((part) => numberIn(part.trim()));
  if (!isObject(given) || !('x' in given && 'y' in given)) return [];
  return [given.x, given.y, ...('time' in given && given.time !== null ? [given.time] : [])];
}

/** `1-3,5-8`, or a list of `{ start, end }`, in seconds. */
function readSegments(given: unknown): readonly FilmSegment[] | undefined {
  if (given === undefined) return undefined;
  const value = typeof given === 'string' && given.trimStart().startsWith('[') ? parsed(given) : given;
  const segments =
    typeof value === 'string' ? parseSegments(value) : Array.isArray(value) ? value.map(segmentIn) : null;
  if (segments?.every((segment) => segment !== null)) return segments;
  throw bad('segments are no stretches of the clip. Give them in seconds as [{"start":1,"end":3}], or as 1-3,5-8.');
}

function segmentIn(given: unknown): FilmSegment | null {
  if (!isObject(given)) return null;
  const ends = Object.entries(given).map(([name, value]) => [name.replace(/_?time$/i, ''), value] as const);
  const { start, end } = Object.fromEntries(ends);
  const isKnown = ends.length === 2 && typeof start === 'number' && typeof end === 'number';
  if (!isKnown || Math.max(Math.abs(start), Math.abs(end)) > 1000 * MAX_SECONDS) return null;
  return { startMs: Math.round(start * 1000), endMs: Math.round(end * 1000) };
}

const OUTPUT_FIELDS: readonly string[] = ['width', 'height', 'format', 'quality'];
const [LEAST_SIDE, MOST_SIDE] = LIMITS.ranges.filmSidePx;

/** `{ width, height, format, quality }`, each of which may be left out. */
function readOutput(given: unknown): FilmOutput | undefined {
  if (given === undefined) return undefined;
  const value = typeof given === 'string' ? parsed(given) : given;
  if (!isObject(value)) throw bad('output is no object like {"width":1280,"format":"mp4","quality":"high"}.');
  const entries = Object.entries(value).filter(([, one]) => one !== null);
  const unknown = entries.find(([name]) => !OUTPUT_FIELDS.includes(name))?.[0];
  if (unknown !== undefined) {
    throw bad(`output has no ${unknown.slice(0, 40)}: it takes width, height, format and quality.`);
  }
  const { width, height, format, quality } = Object.fromEntries(entries);
  const [widthPx, heightPx] = [readSide('width', width), readSide('height', height)];
  const [inFormat, inQuality] = [
    readWord('format', format, FILM_FORMATS),
    readWord('quality', quality, FILM_QUALITIES),
  ];
  return {
    ...(widthPx && { widthPx }),
    ...(heightPx && { heightPx }),
    ...(inFormat && { format: inFormat }),
    ...(inQuality && { quality: inQuality }),
  };
}

function readSide(name: string, given: unknown): number | undefined {
  if (given === undefined) return undefined;
  const isSide = typeof given === 'number' && given % 2 === 0 && given >= LEAST_SIDE && given <= MOST_SIDE;
  if (isSide) return given;
  throw bad(`output: ${name} is an even number of pixels from ${LEAST_SIDE} to ${MOST_SIDE}.`);
}

function readWord<Word extends string>(name: string, given: unknown, words: readonly Word[]): Word | undefined {
  const word = words.find((one) => one === given);
  if (word === undefined && given !== undefined) throw bad(`output: ${name} is one of: ${words.join(', ')}.`);
  return word;
}

function readVolume(given: unknown): number | undefined {
  if (given === undefined) return undefined;
  const volume = typeof given === 'string' ? numberIn(given.trim()) : given;
  if (isWithin(volume, 1)) return volume;
  throw bad('original_volume is a number from 0, which is silent, to 1, as loud as in the clip.');
}

function numberIn(text: string): number | null {
  return NUMBER.test(text) ? Number(text) : null;
}

function isWithin(value: unknown, most: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= most;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** Of the query, else of the body; undefined where it is empty. */
function givenOf(request: FastifyRequest, name: string): unknown {
  return readGiven(request, name).find((value) => value !== undefined && value !== null && value !== '');
}

/** Of the query, and of the body. */
export function readGiven(request: FastifyRequest, name: string): unknown[] {
  return [request.query, request.body].map((source) =>
    typeof source === 'object' && source !== null && Object.hasOwn(source, name)
      ? Reflect.get(source, name)
      : undefined,
  );
}

function bad(message: string): ControlError {
  return new ControlError('bad-request', message);
}
