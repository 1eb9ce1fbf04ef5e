import { heardText, joinSpans } from './heard-text.ts';
import type { ReplyTurn } from './session-state.ts';

/** A listener's words of agreement are few; more of them are a sentence. */
const MOST_CHARACTERS = 60;
/** Sound of the reply within which a question is about to end. */
const QUESTION_AHEAD_MS = 1200;
/** Characters said after a question mark with which the question still stands. */
const QUESTION_BEHIND_CHARACTERS = 24;

/** What recognisers make of a mouth that is closed or half open, in any language. */
const HUMS = `m, h, mm, mmm, mhm, mmhm, mm-hm, mm hm, mm-hmm, mm hmm, mm-mm, m-hm, hm, hmm, hmmm, mh, uh, uhm, um, uh-huh, uh huh,
  uhhuh, aha, ah, ahh, oh, ooh, eh, huh, ha, hah, er`;

/** Words by which a listener says that he is with the speaker, by language. Never such as ask to stop or to wait. */
const AGREEMENT: Readonly<Record<string, string>> = {
  en: `ok, okay, o k, yeah, yep, yup, yes, sure, right, alright, all right, fine, good, great, nice, cool, true, exactly,
    indeed, absolutely, definitely, really, wow, totally, sounds good, got it, i got it, i see, of course, that's right,
    that's true, that's good, makes sense, that makes sense, understood, i understand, interesting, go on, fair enough`,
  de: `ja, jaja, jo, okay, ok, gut, sehr gut, genau, klar, alles klar, stimmt, das stimmt, richtig, ach so, achso, ach, aha,
    verstehe, ich verstehe, verstanden, sicher, natürlich, super, prima, schön, eben, ja eben, in ordnung`,
  fr: `oui, ouais, ok, d'accord, bien, très bien, bien sûr, bon, exact, exactement, voilà, je vois, compris, j'ai compris,
    je comprends, entendu, super, parfait, ah bon, c'est ça, c'est vrai, tout à fait`,
  es: `sí, si, vale, ok, okay, claro, claro que sí, bueno, bien, muy bien, está bien, ya, ya veo, entiendo, entendido, exacto,
    exactamente, correcto, de acuerdo, cierto, es cierto, ajá, perfecto, genial`,
  it: `sì, si, ok, okay, va bene, bene, certo, esatto, esattamente, giusto, capito, ho capito, capisco, d'accordo, perfetto,
    ecco, già`,
  pt: `sim, ok, está bem, tá, tá bom, tá bem, certo, claro, exato, exatamente, entendi, entendo, percebo, pois, pois é, bom,
    isso, é, aham, perfeito`,
  nl: 'ja, jawel, oké, ok, okay, goed, precies, klopt, dat klopt, juist, natuurlijk, zeker, begrepen, ik snap het, prima, mooi',
  sv: 'ja, jo, okej, ok, bra, precis, visst, just det, jaha, jag förstår',
  da: 'ja, jo, okay, ok, godt, præcis, klart, nemlig, jeg forstår, det er godt',
  nb: 'ja, jo, ok, okei, greit, bra, akkurat, nettopp, jeg forstår',
  fi: 'joo, kyllä, ok, okei, selvä, hyvä, niin, aivan, juuri niin, just',
  pl: 'tak, ok, okej, dobrze, dobra, jasne, rozumiem, racja, właśnie, oczywiście, aha',
  cs: 'jo, ano, ok, dobře, jasně, rozumím, přesně, aha',
  hu: 'igen, jó, oké, rendben, persze, értem, pontosan, aha',
  ro: 'da, bine, ok, sigur, exact, înțeleg, am înțeles, corect, așa e',
  uk: 'так, ага, угу, добре, зрозуміло, ясно, звісно, точно, окей',
  ru: 'да, ага, угу, хорошо, ладно, понятно, ясно, конечно, точно, так, верно, окей, понял, поняла',
  bg: 'да, ага, добре, ясно, разбира се, точно, разбирам',
  tr: 'evet, tamam, peki, olur, tabii, tabi, anladım, doğru, aynen, hı hı',
  el: 'ναι, εντάξει, οκ, ωραία, σωστά, μάλιστα, κατάλαβα, βέβαια',
  ar: 'نعم, أجل, حسنا, حسنًا, طيب, تمام, أكيد, صحيح, مفهوم, ايوه, أيوه',
  fa: 'بله, آره, باشه, خوب, درسته, فهمیدم',
  he: 'כן, אוקיי, אוקי, בסדר, נכון, הבנתי, בטח, טוב',
  hi: 'हाँ, हां, जी, जी हाँ, ठीक है, अच्छा, सही, बिल्कुल, समझ गया, समझ गई',
  th: 'ครับ, ค่ะ, ใช่, ใช่ครับ, ใช่ค่ะ, โอเค, อืม, เข้าใจ',
  ja: 'はい, うん, ええ, そう, そうです, そうですね, そうですか, そうか, なるほど, わかりました, 分かりました, オーケー, へえ, ふーん, ああ',
  ko: '네, 예, 응, 어, 그래, 그래요, 맞아, 맞아요, 알겠어요, 알겠습니다, 좋아요, 오케이, 아',
  zh: '嗯, 恩, 好, 好的, 好吧, 对, 對, 对的, 對的, 是, 是的, 行, 哦, 噢, 啊, 明白, 知道了, 没错, 沒錯, 可以, 当然, 當然',
  vi: 'vâng, dạ, ừ, ừm, được, đúng, đúng rồi, tôi hiểu, hiểu rồi',
  id: 'ya, iya, oke, ok, baik, betul, benar, siap, tentu, paham, saya mengerti',
};

/** Other names of a language above. */
const SAME_LANGUAGE: Readonly<Record<string, string>> = { no: 'nb', nn: 'nb', yue: 'zh', cmn: 'zh', ms: 'id' };
/** Written without spaces, or at times without. */
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

const PHRASES = new Map(Object.entries(AGREEMENT).map(([language, list]) => [language, phrasesOf(list)] as const));
/** In Latin script a word of agreement in one language may be something else in another; in others it is what it is. */
const IN_ANY_CALL = [
  ...phrasesOf(HUMS),
  ...(PHRASES.get('en') ?? []),
  ...[...PHRASES.values()].flat().filter((phrase) => !/\p{Script=Latin}/u.test(phrase)),
];

/**
 * True when a transcript is no more than a listener's hums and words of agreement, who wants to hear on. `language` is that
 * of the call (BCP 47); English words count in every call. A question ("really?") is none.
 */
export function isAgreement(transcript: string, language: string): boolean {
  if (/[?？؟]/u.test(transcript)) return false;
  const text = plainWords(transcript);
  // Sound that a recogniser wrote down without a word: "...", "♪".
  if (text === '') return true;
  if (text.length > MOST_CHARACTERS) return false;
  const primary = language.toLowerCase().split(/[-_]/)[0] ?? '';
  const phrases = [...IN_ANY_CALL, ...(PHRASES.get(SAME_LANGUAGE[primary] ?? primary) ?? [])];
  return isMadeOf(text, phrases);
}

/** True where a reply that stopped after `playedMs` had just asked something, or all but: then "yes" is an answer. */
export function hasJustAsked(turn: ReplyTurn, playedMs: number): boolean {
  const aheadMs = playedMs + QUESTION_AHEAD_MS;
  const isAtEnd = !turn.generating && turn.audioMs <= aheadMs;
  const said = isAtEnd ? joinSpans(turn.spans) : heardText(turn.spans, aheadMs, turn.audioMs);
  return /[?？؟]/u.test(said.slice(-QUESTION_BEHIND_CHARACTERS));
}

function phrasesOf(list: string): string[] {
  return list.split(',').map(plainWords);
}

/** Lower-case words with single spaces between them, without any signs. */
export function plainWords(text: string): string {
  const words =
    text
      .normalize('NFC')
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{M}\p{N}']+/gu) ?? [];
  return words.join(' ');
}

function isMadeOf(text: string, phrases: readonly string[]): boolean {
  const reached = new Set([0]);
  for (let at = 0; at < text.length; at++) {
    if (!reached.has(at)) continue;
    for (const phrase of phrases) {
      if (!text.startsWith(phrase, at)) continue;
      const end = at + phrase.length;
      if (end === text.length) return true;
      if (text[end] === ' ') reached.add(end + 1);
      else if (UNSPACED.test(phrase)) reached.add(end);
    }
  }
  return false;
}
