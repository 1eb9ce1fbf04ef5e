import { defineVisavisAvatar } from '@visavis/sdk/element';

export * from '@visavis/sdk';
export { VisavisAvatarElement } from '@visavis/sdk/element';

// The script comes from the server that answers the calls.
defineVisavisAvatar({ server: new URL(import.meta.url).origin });
