export * from './avatar-names.ts';
export * from './avatar-notices.ts';
export * from './deliveries.ts';
export {
  type EndEventType,
  ERROR_CODES,
  ERRORS,
  type ErrorCode,
  type ErrorEntry,
  errorEntry,
} from './errors.ts';
export * from './limits.ts';
export * from './making.ts';
export * from './names.ts';
export * from './project-roles.ts';
export * from './refusals.ts';
export * from './talk-address.ts';
export * from './tools.ts';
export * from './trees.ts';
export * from './v2/build-server-message.ts';
export type * from './v2/client-message.ts';
export type * from './v2/client-wire.ts';
export type * from './v2/server-message.ts';
export * from './version.ts';
