import * as z from 'zod';
import { UTTERANCE_STATES } from '../../utterances.ts';
import { ratingSchema } from './conversations.ts';

// What the open REST interface answers: `data` of its envelope. Clients of NavTalk read some fields under two names.

const AVATAR_ID = '7c9e6679a4b04d1f8e3a52c0d1b7f604';
const SESSION_ID = '1f0e9d8c7b6a59483726150493827160';
const PICTURE = `https://avatars.example.org/uploadFiles/${AVATAR_ID}.webp`;

const avatar = {
  id: AVATAR_ID,
  avatarId: AVATAR_ID,
  name: 'Mia',
  url: PICTURE,
  thumbnailUrl: PICTURE,
  videoFile: false,
  providerId: '1',
  providerName: 'openai',
  model: 'gpt-realtime',
  voice: 'marin',
  firstMessage: 'Welcome! How can I help you?',
  prompt: 'You are the receptionist of a small hotel.',
};

const avatarFields = {
  id: z.string().describe('The same as `avatarId`.'),
  avatarId: z.string().describe('32 hexadecimal digits.'),
  name: z.string(),
  url: z.string().describe('Of its film in lists, where it has one; else of its picture.'),
  thumbnailUrl: z.string().describe('Of its picture.'),
  videoFile: z.boolean().describe('Whether `url` is a film.'),
  providerId: z.string(),
  providerName: z.string(),
  model: z.string(),
  voice: z.string(),
  firstMessage: z.string().describe('What it greets with; empty for holders that are not told.'),
  prompt: z.string().describe('What it is told; empty for holders that are not told.'),
};

export const openAvatarSchema = z
  .object({ ...avatarFields, status: z.enum(['Success', 'Processing', 'Failed']) })
  .meta({ examples: [{ ...avatar, status: 'Success' }] });

export const openAvatarListSchema = z
  .array(z.object({ ...avatarFields, status: z.enum(['SUCCESS', 'PROCESSING', 'FAILED']) }))
  .meta({ examples: [[{ ...avatar, status: 'SUCCESS' }]] });

const shareOfPicture = z.number().describe('A share of the picture, 0 to 1.');

export const openAvatarCardSchema = z
  .object({
    avatarId: z.string(),
    name: z.string(),
    description: z.string(),
    posterUrl: z.string().nullable().describe('Path of the picture on this server; null: it has none.'),
    face: z
      .object({ x: shareOfPicture, y: shareOfPicture, width: shareOfPicture, height: shareOfPicture })
      .nullable()
      .describe('Where the face is; null: not known.'),
  })
  .meta({
    examples: [
      {
        avatarId: AVATAR_ID,
        name: 'Mia',
        description: 'Knows the house.',
        posterUrl: `/uploadFiles/${AVATAR_ID}.webp`,
        face: { x: 0.33, y: 0.22, width: 0.34, height: 0.42 },
      },
    ],
  });

export const openJobSchema = z
  .object({
    jobId: z.string().describe('For `avatar/status`.'),
    avatarId: z.string(),
  })
  .meta({ examples: [{ jobId: AVATAR_ID, avatarId: AVATAR_ID }] });

export const openLoopTaskSchema = z
  .object({ taskId: z.string().describe('Digits. For `generateLoopVideoStatus`.') })
  .meta({ examples: [{ taskId: '165424863209813541893720651846120938452' }] });

/** Null while it is made, and where it failed: the message says which. */
const openLoopVideoSchema = z
  .object({ fileUrl: z.string().describe('Path and query on this server, good for six hours.') })
  .nullable();

export const openJobStatusSchema = z
  .object({
    jobId: z.string(),
    avatarId: z.string(),
    status: z.enum(['Success', 'Processing', 'Failed']),
    progress: z.number().describe('In percent.'),
    message: z.string().describe('The step that it is at, or why it failed.'),
  })
  .meta({
    examples: [{ jobId: AVATAR_ID, avatarId: AVATAR_ID, status: 'Processing', progress: 60, message: 'Drawing' }],
  });

export const openUpdatedSchema = z
  .literal('Avatar updated successfully')
  .meta({ examples: ['Avatar updated successfully'] });
export const openDeletedSchema = z
  .literal('Avatar deleted successfully')
  .meta({ examples: ['Avatar deleted successfully'] });

const PROJECT_ID = '2b7f604c9e6679a4b04d1f8e3a52c0d1';
export const openOperatorTokenSchema = z
  .object({
    brokerUrl: z.string().describe('MQTT over WebSocket. Password: `token`.'),
    projectId: z.string(),
    prefix: z.string().describe('What topics begin with; the same as `topicPrefix`.'),
    topicPrefix: z.string(),
    token: z.string().describe('A JSON Web Token, for this project alone.'),
    username: z.string().describe('The same as `projectId`.'),
    expiresIn: z.int().describe('Seconds. Connections end with their token.'),
    expiresAt: z.string(),
  })
  .meta({
    examples: [
      {
        brokerUrl: 'wss://avatars.example/mqtt',
        projectId: PROJECT_ID,
        username: PROJECT_ID,
        token: 'eyJhbGciOi…',
        prefix: 'navtalk/transparent',
        topicPrefix: 'navtalk/transparent',
        expiresIn: 3600,
        expiresAt: '2026-05-01T11:00:00.000Z',
      },
    ],
  });

const listed = { id: z.string(), name: z.string(), providerId: z.string(), providerName: z.string() };
const provided = { providerId: '1', providerName: 'openai' };

export const openProvidersSchema = z
  .array(z.object(listed))
  .meta({ examples: [[{ id: '1', name: 'OpenAIRealtime', ...provided }]] });
export const openModelsSchema = z
  .array(z.object({ ...listed, model: z.string() }))
  .meta({ examples: [[{ id: 'gpt-realtime', name: 'gpt-realtime', model: 'gpt-realtime', ...provided }]] });
export const openVoicesSchema = z
  .array(z.object({ ...listed, voice: z.string() }))
  .meta({ examples: [[{ id: 'marin', name: 'marin', voice: 'marin', ...provided }]] });

const clientTime = z.string().describe('`yyyy-MM-dd HH:mm:ss`, UTC.');
const talk = {
  id: SESSION_ID,
  sessionId: SESSION_ID,
  avatarId: AVATAR_ID,
  status: 1,
  startTime: '2026-05-01 10:00:00',
  endTime: '2026-05-01 10:04:12',
  videoUrl: null,
  rating: 'up',
  ratingText: 'Quick and friendly.',
};

export const openSessionSchema = z
  .object({
    id: z.string().describe('The same as `sessionId`.'),
    sessionId: z.string(),
    avatarId: z.string(),
    status: z.int().describe('0 active, 1 completed, 2 failed.'),
    startTime: clientTime,
    endTime: clientTime.nullable(),
    videoUrl: z.string().nullable().describe('Of the film of the call, for six hours; null: there is none.'),
    rating: ratingSchema.nullable().describe('By whoever talked: `up` or `down`; null: not rated.'),
    ratingText: z.string().describe('What they added to it.'),
  })
  .meta({ examples: [talk] });

/** As it is kept now. */
export const openRatingSchema = z
  .object({ rating: ratingSchema, text: z.string() })
  .meta({ examples: [{ rating: 'up', text: 'Quick and friendly.' }] });

/** What has become of a text to be said. */
export const openUtteranceSchema = z
  .object({
    utteranceId: z.string(),
    state: z.enum(UTTERANCE_STATES).describe('`started`: its sound has begun. The last three are its end.'),
    playedMs: z.number().describe('How much of it was heard, once it is over.'),
    heardText: z.string().describe('The words of it that were heard, once it is over.'),
    message: z.string().describe('Why it failed; empty otherwise.'),
  })
  .meta({ examples: [{ utteranceId: 'closing-time', state: 'queued', playedMs: 0, heardText: '', message: '' }] });

export const openSessionPageSchema = z
  .object({
    data: z.array(openSessionSchema),
    cursor: z.string().nullable().describe('The same as `nextCursor`.'),
    nextCursor: z.string().nullable().describe('`cursor` of the next page; null at the end.'),
    hasMore: z.boolean(),
  })
  .meta({ examples: [{ data: [talk], cursor: null, nextCursor: null, hasMore: false }] });

export const openMessagesSchema = z
  .object({
    data: z.array(
      z.object({
        id: z.string(),
        sessionId: z.string(),
        role: z.string().describe('`user`, `assistant` or `tool`.'),
        text: z.string(),
        content: z.string().describe('The same as `text`.'),
        createTime: clientTime,
        interrupted: z.boolean().describe('Whether the user spoke over it.'),
      }),
    ),
  })
  .meta({
    examples: [
      {
        data: [
          {
            id: '41',
            sessionId: SESSION_ID,
            role: 'user',
            text: 'When is breakfast?',
            content: 'When is breakfast?',
            createTime: '2026-05-01 10:00:07',
            interrupted: false,
          },
        ],
      },
    ],
  });

const iceServers = z.array(
  z.object({ urls: z.array(z.string()), username: z.string().optional(), credential: z.string().optional() }),
);
const iceExample = [{ urls: ['stun:avatars.example.org:3478'] }];

export const openIceServersSchema = z.object({ iceServers }).meta({ examples: [{ iceServers: iceExample }] });

/** An answer of the open REST interface; `code` repeats the HTTP status. */
export function openAnswerOf<Data extends z.ZodType>(data: Data) {
  const examples = (data.meta()?.examples ?? []) as readonly unknown[];
  return z
    .object({ code: z.literal(200), message: z.literal('SUCCESS'), data })
    .meta({ examples: examples.map((example) => ({ code: 200, message: 'SUCCESS', data: example })) });
}

/** The message says whether a film is still made, or why it failed; `data` is null then. */
export const openLoopVideoAnswerSchema = z
  .object({
    code: z.literal(200),
    message: z.string().describe('`SUCCESS` once it is made, `Task is still in progress` before; or why it failed.'),
    data: openLoopVideoSchema,
  })
  .meta({
    examples: [
      {
        code: 200,
        message: 'SUCCESS',
        data: { fileUrl: '/films/7c9e6679a4b04d1f8e3a52c0d1b7f604.mp4?expires=1777640400000&signature=…' },
      },
    ],
  });

/** ICE servers stand beside `data` as well, where some clients look for them. */
export const openIceAnswerSchema = openAnswerOf(openIceServersSchema)
  .extend({ iceServers })
  .meta({
    examples: [{ code: 200, message: 'SUCCESS', data: { iceServers: iceExample }, iceServers: iceExample }],
  });

/** A refusal of the open REST interface. */
export function openRefusalOf(status: number, message: string) {
  return z
    .object({
      code: z.literal(status),
      message: z.string().describe('One sentence for a person, saying what to do.'),
      data: z.null(),
    })
    .meta({ examples: [{ code: status, message, data: null }] });
}

/** Sent as plain text, which clients hand to the model as it is. */
export const openToolResultSchema = z.object({ status: z.literal('noted') }).meta({ examples: [{ status: 'noted' }] });
