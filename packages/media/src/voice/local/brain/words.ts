const STOP_WORDS = new Set(
  `a about actually all always am an and any are as at be been being but by can could did do does doing don't currently down find for from get
  gets getting give go going got had has have having he hello her here hers hey hi him his how i i'd i'll i'm i've if in
  into is isn't it it's its just kind know let like look make many maybe me mean more much my need no not now of off oh on
  one or our out please really say see she should so some something sort such tell than that that's the their them then
  there these they thing things this those to today too uh um up us use very want was we well were what what's when where
  whether which who who's whom why will with would yeah yes you you'd you'll you're your yours`.split(/\s+/),
);

/** Lower-case words of a text, apostrophes kept. */
export function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{N}]+(?:'[\p{L}]+)*/gu) ?? []
  );
}

/** A word without its commonest English endings, so that "avatars" finds "avatar" and "connecting" finds "connect". */
export function stemOf(word: string): string {
  if (word.length <= 3) return word;
  const base = word.replace(/'s$/, '');
  if (/(?:ss|us|is)$/.test(base)) return base;
  return base
    .replace(/ies$/, 'y')
    .replace(/(?<=[sxz]|ch|sh)es$/, '')
    .replace(/(?<=.{3})s$/, '')
    .replace(/(?<=.{3})(?:ing|ed)$/, '')
    .replace(/(?<=.{3})e$/, '');
}

export function isContentWord(word: string): boolean {
  return word.length > 1 && !STOP_WORDS.has(word);
}

/** The words that carry meaning, as stems, each once. */
export function contentStems(text: string): string[] {
  return [...new Set(wordsOf(text).filter(isContentWord).map(stemOf))];
}

export function isQuestion(text: string): boolean {
  return (
    /\?\s*$/.test(text) ||
    /^(?:(?:and|so|but|ok|okay|well|please|now)[, ]+)*(?:what|what's|who|who's|where|where's|when|why|how|how's|which|is|are|does|do|did|can|could|will|would|should|has|have|tell me|explain|describe)\b/i.test(
      text.trim(),
    ) ||
    /\b(?:tell me|explain|i wonder|do you know|want to know|how to|talk about)\b/i.test(text)
  );
}

/** Ends with a full stop unless there is an end mark already; starts with a capital. */
export function asSentence(text: string): string {
  const trimmed = text.trim().replace(/(?<![\s,;:–—-])[\s,;:–—-]+$/, '');
  if (trimmed === '') return '';
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?…。！？]["'”’)]*$/.test(capital) ? capital : `${capital}.`;
}

export function sentencesOf(text: string): string[] {
  const segments = new Intl.Segmenter('en', { granularity: 'sentence' }).segment(
    text.replace(/(?<!\s)\s*\n\s*/g, '\n'),
  );
  return [...segments].map(({ segment }) => segment.trim()).filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}
