/** How much of everything may be kept. QUOTAS in the settings changes single ones; docs/data.md says what each does. */
export const DEFAULT_QUOTAS = {
  /** That one owns; being a member of others' does not count. */
  projectsPerUser: 20,
  /** Together with open invitations. */
  membersPerProject: 100,
  /** In force; revoked ones do not count. */
  keysPerProject: 50,
  /** In force at a time. */
  browserTokensPerKey: 5_000,
  avatarsPerProject: 200,
  /** Prompts, knowledge, first messages and tools of all avatars together. */
  avatarTextMbPerProject: 8,
  webhooksPerProject: 20,
  /** Uploads, bundles, and films of calls. */
  fileMbPerProject: 10_000,
  /** The oldest talks beyond these two are deleted. */
  talksPerProject: 50_000,
  talkTextMbPerProject: 500,
  /** The same of the demo project, with which everybody talks. */
  talksOfDemo: 500,
  talkTextMbOfDemo: 20,
} as const;

export type QuotaName = keyof typeof DEFAULT_QUOTAS;
export type Quotas = Readonly<Record<QuotaName, number>>;

export const QUOTA_NAMES = Object.keys(DEFAULT_QUOTAS) as QuotaName[];
