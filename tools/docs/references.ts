import { renderMessageReference } from './message-reference.ts';
import { renderSdkReference } from './sdk-reference.ts';

/** The generated pages of `docs/reference`. */
export const REFERENCES = [
  { file: 'messages.md', render: renderMessageReference },
  { file: 'sdk.md', render: renderSdkReference },
] as const;
