import { VOICES } from '@visavis/protocol';

/** Names that NavTalk's clients choose from are no service's own. */
export function isOwnVoice(voice: string): boolean {
  return !VOICES.some((name) => name === voice);
}

/** Whom a service is asked for: the avatar's voice by its own name, or who speaks in place of one that is none of its own. */
export function voiceThere(voice: string, usual: string): string {
  return voice !== '' && isOwnVoice(voice) ? voice : usual;
}
