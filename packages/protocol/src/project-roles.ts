/** What somebody may do in a project, from most to least. */
export const PROJECT_ROLES = ['owner', 'editor', 'viewer'] as const;
export type ProjectRole = (typeof PROJECT_ROLES)[number];

/** Whether `role` may do what needs `needed`: who may more, may less, too. */
export function isRoleEnough(role: ProjectRole, needed: ProjectRole): boolean {
  return PROJECT_ROLES.indexOf(role) <= PROJECT_ROLES.indexOf(needed);
}

/** What the audit log of a project tells of: the words before the dot of its actions. */
export const AUDIT_KINDS = ['project', 'member', 'licence', 'avatar', 'webhook', 'conversation', 'points'] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];
