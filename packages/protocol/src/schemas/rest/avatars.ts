import * as z from 'zod';
import { AVATAR_NOTICE_CODES } from '../../avatar-notices.ts';
import { LIMITS } from '../../limits.ts';
import { LANGUAGE_TAG } from '../../names.ts';
import { FIELD_FAULTS } from '../../refusals.ts';
import { TOOL_NAME, toolsFault } from '../../tools.ts';
import { instantSchema, nameSchema, numberWithin, publicIdSchema, sentenceValuesSchema } from './common.ts';

const TOOL_NAME_RULE = `must have 1 to ${LIMITS.characters.toolName} letters, digits, _ and -`;

/** A function that the avatar may call; `parameters` is a JSON schema of an object. */
export const avatarToolSchema = z.object({
  name: z.string().regex(TOOL_NAME, TOOL_NAME_RULE).max(LIMITS.characters.toolName, TOOL_NAME_RULE),
  description: z.string().default(''),
  parameters: z.record(z.string(), z.unknown()).default({ type: 'object', properties: {} }),
  /** The server asks here for its result, and the client of a call hears nothing of it; left out: the client answers. */
  webhook: z
    .object({
      url: z.url({ protocol: /^https?$/ }).max(LIMITS.characters.url),
      /** `GET`: the arguments stand in the query; `POST`: in a JSON body. */
      method: z.enum(['GET', 'POST']).default('POST'),
      timeoutMs: numberWithin('toolMs').default(10_000),
    })
    .optional(),
});

/** Calls a tool that has a web address once, as calls of the avatar would. */
export const tryToolSchema = z.object({
  tool: avatarToolSchema,
  arguments: z.record(z.string(), z.unknown()).default({}),
});
export const toolTrialSchema = z.object({
  /** An answer that is none of a failure. */
  isAnswered: z.boolean(),
  /** What the model would be given. */
  output: z.string(),
  durationMs: z.int(),
});
export type ToolTrial = z.output<typeof toolTrialSchema>;

const toolListSchema = z.array(avatarToolSchema).superRefine((tools, context) => {
  const fault = toolsFault(tools);
  if (fault !== null) context.addIssue({ code: 'custom', message: fault });
});

export const shortTextSchema = z.string().trim().min(1).max(LIMITS.characters.word);
/** BCP 47. */
export const languageTagSchema = z
  .string()
  .max(LIMITS.characters.language)
  .regex(LANGUAGE_TAG, FIELD_FAULTS['language-tag']);

/** A part of a voice of the catalogue, `GET /api/v1/voice-catalogue`. */
export const voicePartSchema = z.object({
  id: shortTextSchema,
  /** As its entry in the catalogue describes them. */
  options: z
    .record(
      z.string().max(LIMITS.characters.word),
      z.union([z.string().max(LIMITS.characters.url), z.number(), z.boolean()]),
    )
    .default({}),
  /** A key of the project, `…/voice-keys`; left out: it is used without one. */
  keyId: publicIdSchema.exactOptional(),
});

/** What an avatar hears, thinks and speaks with; what is left out is as the server has it. */
const voicePartsSchema = z.object({
  /** Of a provider that does all three itself. */
  voice: voicePartSchema.exactOptional(),
  recogniser: voicePartSchema.exactOptional(),
  thinker: voicePartSchema.exactOptional(),
  speaker: voicePartSchema.exactOptional(),
});

const fields = {
  name: nameSchema,
  /** Which voice provider speaks, like `local`. */
  provider: shortTextSchema,
  model: shortTextSchema,
  parts: voicePartsSchema,
  voice: shortTextSchema,
  language: languageTagSchema,
  prompt: z.string().max(LIMITS.characters.prompt),
  firstMessage: z.string().max(LIMITS.characters.firstMessage),
  tools: toolListSchema,
  knowledge: z.string().max(LIMITS.characters.knowledge),
  /** A call ends after this time; null: no limit. */
  maxCallSeconds: numberWithin('callSeconds').nullable(),
  recordCalls: z.boolean(),
  /** What the same `userId` (of a browser token) said in earlier talks with it is known in the next. */
  remembers: z.boolean(),
};

const share = z.number().min(0).max(1);

/** Where the face is in the avatar's pictures and films, which are square: shares of their side, forehead to chin, cheek to cheek. */
export const faceBoxSchema = z.object({ left: share, top: share, right: share, bottom: share });
export type FaceBox = z.output<typeof faceBoxSchema>;

/** A voice as people know it. */
export const voiceDescriptionSchema = z.object({
  /** What avatars and calls name it by. */
  voice: z.string(),
  name: z.string(),
  gender: z.enum(['female', 'male', 'neutral']),
  /** BCP 47 tag of what it speaks best; null: many languages. */
  language: z.string().nullable(),
});
export type VoiceDescription = z.output<typeof voiceDescriptionSchema>;

export const avatarSchema = z.object({
  avatarId: publicIdSchema,
  /** Offered to every project; cannot be changed. */
  isSystem: z.boolean(),
  title: z.string(),
  ...z.object(fields).shape,
  name: z.string(),
  language: z.string(),
  tools: z.array(z.record(z.string(), z.unknown())),
  /** Whose voice is heard in calls, which need not be called as `voice` says; null: the provider does not describe it. */
  speaker: voiceDescriptionSchema.extend({ provider: z.string() }).nullable(),
  /** `making` and `failed` avatars take no calls. */
  state: z.enum(['ready', 'making', 'failed']),
  /** Why it failed: one sentence for its owner. */
  stateDetail: z.string().nullable(),
  /** The same by its name, with the values in its sentence; null: it has not failed, or failed before names were kept. */
  failure: z.object({ reason: z.string(), values: sentenceValuesSchema.optional() }).nullable(),
  /** What its owner is told about how it was made: that it does not move as filmed, for example. */
  notice: z
    .object({
      code: z.enum(AVATAR_NOTICE_CODES),
      /** One sentence or two that say what to do about it. */
      message: z.string(),
    })
    .nullable(),
  /** How far the making is; null unless `state` is `making`. */
  job: z
    .object({
      /** 0 to 1, growing. */
      progress: z.number().min(0).max(1),
      /** What is being done, like `finding the face`. */
      step: z.string(),
    })
    .nullable(),
  thumbnailUrl: z.string().nullable(),
  /** A short silent clip (MP4); null while there is none. */
  previewUrl: z.string().nullable(),
  /** What it is made from, small, for members of the project: until it is ready, once the making has looked. */
  sourceUrl: z.string().nullable(),
  /** Null while there is no picture. */
  face: faceBoxSchema.nullable(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
});
export type Avatar = z.output<typeof avatarSchema>;

/** An avatar that the first page shows, or could show. */
export const firstPageAvatarSchema = avatarSchema
  .pick({ avatarId: true, name: true, title: true, isSystem: true, state: true, thumbnailUrl: true })
  .extend({
    /** Switched on; visitors see it while it is ready. */
    isShown: z.boolean(),
  });
export type FirstPageAvatar = z.output<typeof firstPageAvatarSchema>;

/** Those to be shown, in their order. */
export const showOnFirstPageSchema = z.object({ avatarIds: z.array(publicIdSchema).max(10_000) });

export const updateAvatarSchema = z.object(fields).partial();

/** Give one of `fromAvatarId`, `pictureUrl` and `uploadId`. */
export const createAvatarSchema = z
  .object({
    ...updateAvatarSchema.shape,
    /** Copy this own or built-in avatar. */
    fromAvatarId: publicIdSchema.optional(),
    /** Make one from the picture at this address. */
    pictureUrl: z
      .url({ protocol: /^https?$/ })
      .max(LIMITS.characters.url)
      .optional(),
    /** Make one from a picture or clip that was uploaded before. */
    uploadId: publicIdSchema.optional(),
  })
  .refine(
    ({ fromAvatarId, pictureUrl, uploadId }) => [fromAvatarId, pictureUrl, uploadId].filter(Boolean).length === 1,
    {
      message: 'give one of fromAvatarId, pictureUrl and uploadId',
    },
  )
  .refine(({ fromAvatarId, name }) => fromAvatarId !== undefined || name !== undefined, {
    message: 'give the new avatar a name',
  });

/** An avatar that failed is made from this upload; left out: from what it was made from before. */
export const retryAvatarSchema = z.object({ uploadId: publicIdSchema.optional() }).nullish();

/** The answer to deleting an avatar: until when it can be restored; null: it was still being made, and is gone. */
export const binnedSchema = z.object({ restorableUntil: instantSchema.nullable() });
export type Binned = z.output<typeof binnedSchema>;

/** A deleted avatar that can be restored. */
export const binnedAvatarSchema = avatarSchema.pick({ avatarId: true, name: true, title: true }).extend({
  state: z.enum(['ready', 'failed']),
  /** For members of the project. */
  pictureUrl: z.string().nullable(),
  deletedAt: instantSchema,
  restorableUntil: instantSchema,
});
export type BinnedAvatar = z.output<typeof binnedAvatarSchema>;

export const avatarParamsSchema = z.object({ projectId: publicIdSchema, avatarId: publicIdSchema });

/**
 * The answer to `POST …/uploads`, whose body is the bytes of the file and nothing else (any `content-type` of pictures and
 * videos, or `application/octet-stream`). What the file is, is read from its first bytes.
 */
export const uploadSchema = z.object({
  uploadId: publicIdSchema,
  kind: z.enum(['picture', 'video']),
  sizeBytes: z.int().positive(),
});
export type Upload = z.output<typeof uploadSchema>;
