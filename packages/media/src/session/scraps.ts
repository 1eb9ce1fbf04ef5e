import { isAgreement, plainWords } from './short-words.ts';

/** A hum, a breath or a broken-off word is no longer than this; who has something to say needs more. */
export const SCRAP_VOICE_MS = 700;
const MOST_WORDS = 2;

/**
 * Words that say nothing by themselves: articles, conjunctions, prepositions, pronouns, auxiliaries and fillers, by
 * language. They are what recognisers make of hums ("but" for "uh-huh"), and how a false start sounds. None of them asks,
 * refuses or stops anything: no "what", "no" or "not", and no content word.
 */
const SCRAPS: Readonly<Record<string, string>> = {
  en: `a an the and but or so as at by for from in into of on to with than that this these those it its it's is was are were
    be been am has have had i i'm i've i'd me my he him his she her we us our they them their you your both all any some
    do did does will would can could may might shall should just well like then if because let's there here think guess mean
    know um uh er`,
  de: `der die das den dem des ein eine einen einem einer und oder aber als am an auf aus bei für im in mit nach von vom vor zu
    zum zur dass daß es ist war sind bin hat habe ich mich mir mein er ihn ihm sie ihr wir uns du dich dir man so da dann
    denn wenn weil also äh ähm öh naja na`,
  fr: `le la les l un une des du de d et ou mais à au aux en dans par pour sur avec que qu ce c cet cette ces c'est il elle ils
    elles on je j j'ai me m mon ma mes te t tu nous vous se s est a ont si alors donc euh ben bah hein`,
  es: `el la los las un una unos unas y e o u pero al de del en con por que lo le les se me mi te tu es está fue ha he yo
    él ella nosotros ustedes si entonces pues este eh em`,
  it: `il lo la i gli le un uno una e ed o ma a al alla da dal di del della in nel con per su che lo mi ti si ci è era ha ho io
    lui lei noi voi se allora quindi eh ehm beh`,
  pt: `o a os as um uma uns umas e ou mas ao à de do da em com por que se me te lhe é foi tem tenho eu ele ela nós
    você então é hum`,
  nl: `de het een en of maar als aan bij in met naar op te tot uit van voor dat die dit is was zijn ben heeft heb ik mij mijn hij
    hem zij haar wij ons je jij jou zo dan toen want dus eh uh`,
  ru: 'и а но или в во на с со к ко у о об от по за из что как бы же ли это то он она они оно мы вы я мне его её ну вот э эм',
  zh: '的 了 呢 吧 和 那 那个 这 这个 就 也 在 我 你 他 她 呃 额 嗯',
  ja: 'あの えっと えーと その まあ で と は が を に も ね よ うーん',
};

const WORDS = new Map(
  Object.entries(SCRAPS).map(([language, list]) => [language, new Set(plainWords(list).split(' '))] as const),
);

/** True when a transcript says nothing: one or two words, none of which means anything alone, hums included. */
export function isScrap(transcript: string, language: string): boolean {
  if (/[?？؟]/u.test(transcript)) return false;
  const words = plainWords(transcript).split(' ');
  if (words.length > MOST_WORDS) return false;
  const scraps = WORDS.get(language.toLowerCase().split(/[-_]/)[0] || 'en');
  return words.every((word) => scraps?.has(word) || isAgreement(word, language));
}
