import { startServer } from '../../tests/support/server-process.ts';
import { type Outcome, SpokenOverCall } from '../../tests/support/spoken-over-call.ts';
import { quantile } from '../../tests/support/statistics.ts';
import { type ShortWord, shortWords } from './short-word-material.ts';

const VOICES = ['marin', 'ash', 'ballad', 'nova'];
export const REPLY =
  'The little ferry to the northern island leaves the old harbour every morning and comes back long before the sun goes down.';

/** Short words over a reply in calls of the real server, in real time; one call for each voice. */
export async function measureShortWords(recordings: string, print: (line: string) => void): Promise<void> {
  const words = await shortWords(VOICES, recordings);
  const server = await startServer();
  const call = await SpokenOverCall.open(server);
  const tried: { word: ShortWord; outcome: Outcome }[] = [];
  try {
    for (const word of words) {
      const outcome = await call.speakOver(REPLY, word);
      tried.push({ word, outcome });
      const { goesOn, answers, silentAfterMs, resumedAfterMs, endedAfterMs, transcripts } = outcome;
      const times = [silentAfterMs, resumedAfterMs, endedAfterMs].map((ms) => (ms === null ? '–' : Math.round(ms)));
      print(
        `${word.kind} “${word.what}” (${word.by}): ${goesOn ? 'goes on' : 'ends'}, ${times.join(' / ')}, ` +
          `${answers} answers, heard “${transcripts.join(' | ')}”`,
      );
    }
  } finally {
    call.close();
    await server.stop();
  }
  console.table(
    ['agreement', 'noise', 'stop'].map((kind) =>
      row(
        kind,
        tried.filter(({ word }) => word.kind === kind).map(({ outcome }) => outcome),
      ),
    ),
  );
}

function row(kind: string, outcomes: readonly Outcome[]) {
  const numbers = (pick: (outcome: Outcome) => number | null, share: number) =>
    Math.round(
      quantile(
        outcomes.flatMap((outcome) => pick(outcome) ?? []),
        share,
      ),
    );
  return {
    kind,
    tried: outcomes.length,
    goesOn: outcomes.filter(({ goesOn }) => goesOn).length,
    answersWhereItGoesOn: outcomes.filter(({ goesOn }) => goesOn).reduce((sum, { answers }) => sum + answers, 0),
    neverPaused: outcomes.filter(({ silentAfterMs }) => silentAfterMs === null).length,
    silentMedianMs: numbers(({ silentAfterMs }) => silentAfterMs, 0.5),
    silentP95Ms: numbers(({ silentAfterMs }) => silentAfterMs, 0.95),
    resumedMedianMs: numbers(({ resumedAfterMs }) => resumedAfterMs, 0.5),
    resumedP95Ms: numbers(({ resumedAfterMs }) => resumedAfterMs, 0.95),
    endedMedianMs: numbers(({ endedAfterMs }) => endedAfterMs, 0.5),
    endedP95Ms: numbers(({ endedAfterMs }) => endedAfterMs, 0.95),
  };
}
