import type { Readable } from 'node:stream';
import { projectParamsSchema, uploadSchema } from '@visavis/protocol/rest';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Uploads } from '../../control/avatars/making/uploads.ts';
import { ControlError } from '../../control/control-error.ts';
import type { Projects } from '../../control/projects/projects.ts';
import { requireProject } from './project-routes.ts';
import { type ConsoleScope, loggedInOf } from './session.ts';

export type UploadRouteDependencies = {
  readonly projects: Projects;
  /** Null: this server makes no avatars from pictures. */
  readonly uploads: Uploads | null;
};

/** The body is the file: it goes to the disk as it comes, and is never held in memory as a whole. */
export function registerUploadRoutes(parent: ConsoleScope, { projects, uploads }: UploadRouteDependencies): void {
  parent.register(async (instance) => {
    const scope = instance.withTypeProvider<ZodTypeProvider>();
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
    scope.post(
      '/projects/:projectId/uploads',
      {
        schema: {
          tags: ['Avatars'],
          summary:
            'Send a picture (JPEG, PNG, WebP, BMP) or a video (MP4, WebM, MOV) as the body, to make an avatar from',
          params: projectParamsSchema,
          response: { 201: uploadSchema },
        },
      },
      async (request, reply) => {
        const { projectId } = await requireProject(projects, request, request.params.projectId);
        if (uploads === null) {
          throw new ControlError('not-available', 'This server makes no avatars from pictures.');
        }
        const body = request.body as Readable | undefined;
        if (body === undefined) throw new ControlError('bad-request', 'Send the file as the body of the request.');
        const announcedBytes = Number(request.headers['content-length'] ?? 0);
        const sender = { projectId, userId: loggedInOf(request).user.userId, address: request.ip };
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
