export type * from './session/session-events.ts';
