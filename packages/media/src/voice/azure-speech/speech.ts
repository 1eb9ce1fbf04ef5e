import type { ServiceWords } from '../cascade/cascade-failure.ts';
import type { Speaker } from '../cascade/speaker.ts';
import { primaryLanguage } from '../languages.ts';
import { languageName } from '../persona.ts';
import type { Service } from '../shared/ask-service.ts';
import { type ServiceVoices, voiceThere } from '../shared/own-voice.ts';
import { readSound } from '../shared/read-sound.ts';
import { serviceSpeaker } from '../shared/speaking-service.ts';

export type AzureSpeech = ServiceVoices & {
  readonly service: Service;
};

const USUAL_LANGUAGE = 'en-US';

/**
 * A mouth by Azure's text to speech over HTTP (`POST /cognitiveservices/v1`, SSML in, PCM out;
 * https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech, read on 2026-11-30).
 */
export function azureSpeaker({ service, ...voices }: AzureSpeech): Speaker {
  const words: ServiceWords = { what: 'Azure voice', place: new URL(service.url).host, settings: null };
  return serviceSpeaker({
    service,
    words,
    lackOf: (config) => lackOf(voiceThere(config, voices), config.language),
    requestOf: (text, config) => {
      const name = voiceThere(config, voices);
      const language = /^[a-z]{2,3}-[A-Z]{2}/.exec(name)?.[0] ?? USUAL_LANGUAGE;
      return {
        path: '/cognitiveservices/v1',
        body:
          `<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="${language}">` +
          `<voice name="${escaped(name)}">${escaped(text)}</voice></speak>`,
      };
    },
    read: readSound,
  });
}

/** Names begin with what their voice speaks; those of multilingual ones say so. */
function lackOf(voice: string, language: string): string | null {
  const spoken = /^([a-z]{2,3})-[A-Z]{2}/.exec(voice)?.[1];
  if (spoken === undefined || /multilingual/i.test(voice) || spoken === primaryLanguage(language)) return null;
  const name = languageName(primaryLanguage(language)) ?? 'this language';
  return `The voice ${voice} does not speak ${name}: name one that does under “Voices of other languages” in the avatar's settings, or a multilingual one. Until then its words are shown.`;
}

/** What XML 1.0 has no place for is left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
