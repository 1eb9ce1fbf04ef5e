import * as z from 'zod';
import { instantSchema, nameSchema, publicIdSchema } from './common.ts';

/** A function that the avatar may call; `parameters` is a JSON schema of an object. */
export const avatarToolSchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must have 1 to 64 letters, digits, _ and -'),
  description: z.string().max(2000).default(''),
  parameters: z.record(z.string(), z.unknown()).default({ type: 'object', properties: {} }),
});

export const shortTextSchema = z.string().trim().min(1, 'must not be empty').max(120);
/** BCP 47. */
export const languageTagSchema = z
  .string()
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'must be a language tag like en-US');
const MAX_TEXT = 100_000;

const fields = {
  name: nameSchema,
  /** Which voice provider speaks, like `local`. */
  provider: shortTextSchema,
  model: shortTextSchema,
  voice: shortTextSchema,
  language: languageTagSchema,
  prompt: z.string().max(MAX_TEXT),
  firstMessage: z.string().max(5000),
  tools: z.array(avatarToolSchema).max(64),
  knowledge: z.string().max(MAX_TEXT),
  /** A call ends after this time; null: no limit. */
  maxCallSeconds: z.int().min(10).max(86_400).nullable(),
  recordCalls: z.boolean(),
};

export const avatarSchema = z.object({
  avatarId: publicIdSchema,
  /** Offered to every project; cannot be changed. */
  isSystem: z.boolean(),
  title: z.string(),
  ...z.object(fields).shape,
  name: z.string(),
  language: z.string(),
  tools: z.array(z.record(z.string(), z.unknown())),
  /** `making` and `failed` avatars take no calls. */
  state: z.enum(['ready', 'making', 'failed']),
  /** Why it failed: one sentence for its owner. */
  stateDetail: z.string().nullable(),
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
  createdAt: instantSchema,
  updatedAt: instantSchema,
});
export type Avatar = z.output<typeof avatarSchema>;

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
      .max(2000)
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

export const avatarParamsSchema = z.object({ projectId: publicIdSchema, avatarId: publicIdSchema });

/** The largest files that are taken. */
export const MAX_UPLOAD_BYTES = { picture: 30_000_000, video: 200_000_000 } as const;

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
