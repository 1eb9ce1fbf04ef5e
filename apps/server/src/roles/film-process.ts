import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SpeechOf } from '@visavis/media/film-speaker';
import type { PartChoice } from '@visavis/media/voice-catalogue';
import { FILM_PROBLEMS } from '@visavis/protocol';
import type { FilmMeasurer, MeasureOutcome } from '../control/films/film-estimates.ts';
import { MAKING_LIMIT_MS } from '../control/films/film-limits.ts';
import type { FilmOutcome, FilmRunner } from '../control/films/film-workshop.ts';
import type { Logger } from '../ports.ts';
import { filmMessageSchema } from './film-messages.ts';
import { createHostedSpeaker } from './hosted-speaker.ts';
import { followMakingChild, startMakingChild } from './making-child.ts';
import { measureMessageSchema } from './measure-messages.ts';

const ENTRY = fileURLToPath(new URL('./film-child.ts', import.meta.url));
const MEASURE_ENTRY = fileURLToPath(new URL('./measure-child.ts', import.meta.url));
const MEASURE_LIMIT_MS = 60_000;

/** Makes films, each in a process of its own. */
function createFilmRunner(logger: Logger, timeLimitMs = MAKING_LIMIT_MS): FilmRunner {
  return async (task, { signal, onProgress, onLength, onPreview }) => {
    if (signal.aborted) return { kind: 'broke', detail: 'It was stopped before its start.' };
    // Five programs start for a film: from the second one on their code is there.
    const compiled = { NODE_COMPILE_CACHE: join(task.cacheFolder, 'compiled') };
    return followMakingChild<FilmOutcome>(startMakingChild(ENTRY, task, logger, compiled), {
      signal,
      timeLimitMs,
      atTimeLimit: { kind: 'refused', code: 'time-limit', message: FILM_PROBLEMS['time-limit'] },
      take(data) {
        const { data: message } = filmMessageSchema.safeParse(data);
        if (message?.kind === 'progress') onProgress(message.share, message.step);
        else if (message?.kind === 'length') onLength(message.durationMs);
        else if (message?.kind === 'preview') onPreview(Buffer.from(message.jpeg, 'base64'));
        else return message;
        return null;
      },
    });
  };
}

/** Looks at the files of an order in a process of its own. */
function createFilmMeasurer(logger: Logger): FilmMeasurer {
  return async (task, signal) => {
    if (signal.aborted) return { kind: 'broke', detail: 'It was stopped before its start.' };
    return followMakingChild<MeasureOutcome>(startMakingChild(MEASURE_ENTRY, task, logger), {
      signal,
      timeLimitMs: MEASURE_LIMIT_MS,
      atTimeLimit: { kind: 'broke', detail: 'It took too long.' },
      take: (data) => measureMessageSchema.safeParse(data).data,
    });
  };
}

/** Where films are made below a data folder, and how; `mouth`: of the operator's, in place of this machine's; `speechOf`: a model of this machine. */
export function filmServices(dataDir: string, logger: Logger, mouth?: PartChoice, speechOf?: SpeechOf) {
  return {
    hostedSpeaker: createHostedSpeaker(mouth, logger, speechOf),
    folder: join(dataDir, 'films'),
    cacheFolder: join(dataDir, 'cache'),
    run: createFilmRunner(logger),
    measure: createFilmMeasurer(logger),
  };
}
