/** Names that the English engine would read wrongly, and how to write them for it. */
const SPELLINGS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    visavis: 'veezavee',
    navtalk: 'nav talk',
    openai: 'open A I',
    elevenlabs: 'eleven labs',
    webrtc: 'web R T C',
    websocket: 'web socket',
    websockets: 'web sockets',
    typescript: 'type script',
    javascript: 'java script',
    postgresql: 'post gress',
    pocketsphinx: 'pocket sfinks',
    espeak: 'E speak',
    github: 'git hub',
  }),
);
/** Only in capitals. */
const ACRONYMS: ReadonlyMap<string, string> = new Map(
  Object.entries({ APIs: 'A P eyes', API: 'A P I', URL: 'U R L', GPU: 'G P U', CPU: 'C P U', SDK: 'S D K', AI: 'A I' }),
);

/** How the English engine is given this word. */
export function spellingOf(word: string): string | null {
  return ACRONYMS.get(word) ?? SPELLINGS.get(word.toLowerCase()) ?? null;
}
