import { LIMITS } from '@visavis/protocol';
import { openUtteranceSchema } from '@visavis/protocol/rest';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { UtteranceDesk } from '../../gateway/calls/utterance-desk.ts';
import { FOR } from '../access/access.ts';
import { holderOf } from '../access/principal.ts';
import { registerOpenRoute } from './documented.ts';
import { fail, readParameter, readText, succeed } from './envelope.ts';

const NO_CALL =
  'There is no such call here: give sessionId of one that goes on, as conversation.connected.success of it had it, and the key of its project.';
const NO_TEXT =
  'There is no such text: give sessionId and utteranceId as talk/say had them; ten minutes after the call it is forgotten.';

const BUSY = `At most ${LIMITS.counts.openReplies} texts may wait to be spoken: ask again once some of them are over.`;

/** `talk/say` and `talk/utterance`: a program has the avatar of a call that goes on say just this, and asks what became of it. */
export function registerSpokenTexts(scope: FastifyInstance, utterances: Pick<UtteranceDesk, 'say' | 'look'>): void {
  registerOpenRoute(scope, {
    method: 'POST',
    url: '/api/open/v1/talk/say',
    config: FOR.key,
    summary: 'Have the avatar say just this in a call that goes on',
    answer: openUtteranceSchema,
    needs: ['sessionId', 'text'],
    takes: ['utteranceId', 'interruptible', 'mode'],
    refuses: [400, 401, 403, 404, 409, 429],
    async handler(request, reply) {
      const sessionId = readParameter(request, 'sessionId');
      const text = readText(request, LIMITS.characters.spokenText, 'text');
      const utteranceId = readText(request, LIMITS.characters.utteranceId, 'utteranceId');
      const mode = readParameter(request, 'mode') ?? 'queue';
      if (sessionId === undefined) return fail(reply, 400, 'Give the call as sessionId.');
      if (text === undefined) return fail(reply, 400, 'Give what is to be said as text.');
      if (mode !== 'queue' && mode !== 'replace') return fail(reply, 400, 'Give mode as queue or replace.');
      const { projectId } = holderOf(request).licence;
      const wanted = {
        text,
        isInterruptible: readInterruptible(request),
        replaces: mode === 'replace',
        ...(utteranceId === undefined ? {} : { utteranceId }),
      };
      const said = utterances.say(projectId, sessionId, wanted);
      if (said === 'gone') return fail(reply, 404, NO_CALL);
      if (said === 'taken')
        return fail(reply, 409, 'A text of this utteranceId was given in this call: take another id.');
      if (said === 'busy') return fail(reply, 429, BUSY);
      return succeed(said);
    },
  });

  registerOpenRoute(scope, {
    method: 'GET',
    alsoBy: ['POST'],
    url: '/api/open/v1/talk/utterance',
    config: FOR.key,
    summary: 'What became of a text to be said',
    answer: openUtteranceSchema,
    needs: ['sessionId', 'utteranceId'],
    refuses: [401, 403, 404],
    async handler(request, reply) {
      const sessionId = readParameter(request, 'sessionId') ?? '';
      const utteranceId = readText(request, LIMITS.characters.utteranceId, 'utteranceId') ?? '';
      const said = utterances.look(holderOf(request).licence.projectId, sessionId, utteranceId);
      return said === null ? fail(reply, 404, NO_TEXT) : succeed(said);
    },
  });
}

/** In JSON it may be a boolean, elsewhere it is a text. */
function readInterruptible(request: FastifyRequest): boolean {
  const { body } = request;
  if (typeof body === 'object' && body !== null && Reflect.get(body, 'interruptible') === false) return false;
  return !['false', '0'].includes(readParameter(request, 'interruptible') ?? 'true');
}
