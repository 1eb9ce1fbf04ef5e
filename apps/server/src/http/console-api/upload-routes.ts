import type { Readable } from 'node:stream';
import { projectParamsSchema, uploadSchema } from '@visavis/protocol/rest';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Uploads } from '../../control/avatars/making/uploads.ts';
import { ControlError, refusal } from '../../control/control-error.ts';
import { FOR } from '../access/access.ts';
import { personOf, projectOf } from '../access/principal.ts';
import type { ConsoleScope } from './session.ts';

export type UploadRouteDependencies = {
  /** Null: this server makes no avatars from pictures. */
  readonly uploads: Uploads | null;
};

/** The body is the file: it goes to the disk as it comes, and is never held in memory as a whole. */
export function registerUploadRoutes(parent: ConsoleScope, { uploads }: UploadRouteDependencies): void {
  parent.register(async (instance) => {
    const scope = instance.withTypeProvider<ZodTypeProvider>();
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
    scope.post(
      '/projects/:projectId/uploads',
      {
        config: { ...FOR.editor, streamsBody: true },
        schema: {
          tags: ['Avatars'],
          summary:
            'Send a picture (JPEG, PNG, WebP, BMP, HEIC, AVIF) or a video (MP4, MOV, WebM, MKV, AVI, GIF) as the body, to make an avatar from',
          params: projectParamsSchema,
          response: { 201: uploadSchema },
        },
      },
      async (request, reply) => {
        const { projectId } = projectOf(request);
        if (uploads === null) {
          throw refusal('not-available', 'no-making');
        }
        const body = request.body as Readable | undefined;
        if (body === undefined) throw new ControlError('bad-request', 'Send the file as the body of the request.');
        const announcedBytes = Number(request.headers['content-length'] ?? 0);
        const sender = { projectId, userId: personOf(request).user.userId, address: request.ip };
        try {
          return await reply.code(201).send(await uploads.receive(sender, body, announcedBytes));
        } catch (error) {
          // What a slow sender still has to say is not waited for.
          if (error instanceof ControlError && error.code === 'too-slow') reply.header('connection', 'close');
          throw error;
        }
      },
    );
  });
}
