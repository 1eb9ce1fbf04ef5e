import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { PROJECT_ROLES } from '../../project-roles.ts';
import { instantSchema, nameSchema, numberWithin, originSchema, publicIdSchema } from './common.ts';

export const projectRoleSchema = z.enum(PROJECT_ROLES);

export const projectSchema = z.object({
  projectId: publicIdSchema,
  name: z.string(),
  /** Ended talks older than this are deleted; null keeps them. */
  retentionDays: z.int().nullable(),
  createdAt: instantSchema,
  /** What one may do in it. */
  role: projectRoleSchema,
});
export type Project = z.output<typeof projectSchema>;

/** What is kept and what may be kept; sizes in bytes. */
const quotaSchema = z.object({ used: z.number(), limit: z.number() });

export const projectWithUsageSchema = projectSchema.extend({
  usage: z.object({
    /** In force. */
    keys: quotaSchema,
    avatars: quotaSchema,
    /** Prompts, knowledge, first messages and tools of all avatars. */
    avatarTextBytes: quotaSchema,
    webhooks: quotaSchema,
    /** Uploads, made avatars, and films of calls. */
    fileBytes: quotaSchema,
    /** Beyond these two the oldest talks are deleted. */
    talks: quotaSchema,
    talkTextBytes: quotaSchema,
  }),
});

/** What a newcomer does, as far as the server knows that it is so. */
export const firstStepsSchema = z.object({
  /** The project has an avatar of its own, or one in the making. */
  avatar: z.boolean(),
  /** Somebody has talked with an avatar of the project’s own. */
  talk: z.boolean(),
  /** It has a key in force, besides those of talk links and the public one. */
  key: z.boolean(),
  /** A server of one’s own has minted a browser token, or a call came from elsewhere. */
  embed: z.boolean(),
  /** A call came from elsewhere: from a page that is not this server’s, from a frame, or from a program. */
  call: z.boolean(),
});
export type FirstSteps = z.output<typeof firstStepsSchema>;

export const createProjectSchema = z.object({ name: nameSchema });
export const updateProjectSchema = z
  .object({ name: nameSchema, retentionDays: numberWithin('retentionDays').nullable() })
  .partial();

export const projectParamsSchema = z.object({ projectId: publicIdSchema });
export const licenceParamsSchema = z.object({ projectId: publicIdSchema, licenceId: publicIdSchema });

/** How `data.arguments` of a tool's call is written for the key's clients: as a JSON object, or as its text, which some of NavTalk's clients read. */
const toolArgumentsSchema = z.enum(['object', 'string']);

const limits = {
  maxConcurrentCalls: numberWithin('concurrentCalls'),
  /** Call minutes in one day (UTC); null: no limit. */
  maxMinutesPerDay: numberWithin('minutesPerDay').nullable(),
  /** Pages that may call with the key; empty: all, and programs too. */
  allowedOrigins: z.array(originSchema).max(LIMITS.counts.allowedOrigins),
  toolArguments: toolArgumentsSchema,
};

export const licenceKeySchema = z.object({
  licenceId: publicIdSchema,
  name: z.string(),
  /** The first characters of the key. */
  keyPrefix: z.string(),
  maxConcurrentCalls: z.int(),
  maxMinutesPerDay: z.int().nullable(),
  allowedOrigins: z.array(z.string()),
  toolArguments: toolArgumentsSchema,
  /** Shown to everyone on the first page; opens calls and nothing of the project. */
  isPublic: z.boolean(),
  createdAt: instantSchema,
  lastUsedAt: instantSchema.nullable(),
  revokedAt: instantSchema.nullable(),
});
export type LicenceKey = z.output<typeof licenceKeySchema>;

export const createLicenceKeySchema = z.object({ name: nameSchema, ...z.object(limits).partial().shape });
export const updateLicenceKeySchema = z.object({ name: nameSchema, ...limits }).partial();
/** The answer that shows a key. */
export const shownKeySchema = z.object({ licenceId: publicIdSchema, key: z.string() });
export const createdLicenceKeySchema = licenceKeySchema.extend({ key: z.string() });
/** `endedCalls`: live calls of the old key, on this node, that were told and closed. */
export const resetKeySchema = shownKeySchema.extend({ endedCalls: z.int() });
export const revokedKeySchema = z.object({ endedCalls: z.int() });

export const createBrowserTokenSchema = z.object({
  /** Only this avatar can be called with it. */
  avatarId: publicIdSchema.optional(),
  /** Only pages of this origin can use it. */
  origin: originSchema.optional(),
  /** Who will call with it, as your server names its users: avatars that remember know them by it. */
  userId: z.string().trim().min(1).max(LIMITS.characters.word).optional(),
  lifetimeSeconds: numberWithin('tokenSeconds').default(600),
});
export const browserTokenSchema = z.object({
  /** Takes the place of the licence key: `?license=TOKEN`. */
  token: z.string(),
  expiresAt: instantSchema,
});
export type BrowserToken = z.output<typeof browserTokenSchema>;

export const createTalkLinkSchema = z.object({
  /** Its key is listed under this name, and withdrawing that one ends the link. */
  name: nameSchema,
  lifetimeHours: numberWithin('linkHours'),
  maxConcurrentCalls: numberWithin('linkCalls'),
  /** Call minutes in one day (UTC). */
  maxMinutesPerDay: numberWithin('linkMinutesPerDay'),
});
export const talkLinkSchema = z.object({
  /** Of the key that stands behind the link. */
  licenceId: publicIdSchema,
  /** Below this server's address; shown once. */
  path: z.string(),
  expiresAt: instantSchema,
});
export type TalkLink = z.output<typeof talkLinkSchema>;
