export type { AvatarEventDetails, AvatarEventName } from './avatar-events.ts';
export { type AvatarDefaults, defineVisavisAvatar, VisavisAvatarElement } from './visavis-avatar.ts';
