import { VOICES } from '@visavis/protocol';

/** Whom a service is asked for: the avatar's voice by its own name, or who speaks where that is one of NavTalk's, which are no service's own. */
export function voiceThere(voice: string, usual: string): string {
  return VOICES.some((name) => name === voice) || voice === '' ? usual : voice;
}
