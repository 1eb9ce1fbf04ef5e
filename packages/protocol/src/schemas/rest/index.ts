/** What `/api/v1` takes and gives, and what the open REST interface answers. Types are free of run-time code: `import type` them in browser code. */
export * from './accounts.ts';
export * from './avatars.ts';
export * from './common.ts';
export * from './conversations.ts';
export * from './generations.ts';
export * from './knowledge.ts';
export * from './live-talks.ts';
export * from './machine-models.ts';
export * from './mcp-servers.ts';
export * from './members.ts';
export * from './open.ts';
export * from './projects.ts';
export * from './upload-links.ts';
export * from './usage.ts';
export * from './voices.ts';
export * from './webhooks.ts';
