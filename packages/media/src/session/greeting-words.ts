// How instructions in the languages of our users announce the first words of a talk. Small letters; beginnings of words.

/** Bars part them: within some, and at the end of others, stands a space. */
const parted = (...lines: readonly string[]): readonly string[] => lines.flatMap((line) => line.split('|'));

/** Speak of a greeting, whatever stands around them. */
const GREETINGS = parted(
  'greet|welcom|introduce yourself|first message|first words|first sentence|first line|first say',
  'say first|opening|opener|say hello|say hi|intro |intro:|initial message|first thing',
  'first reply|first response|first answer|first turn',
  'begrüß|begruess|eröffn|willkommen|als erstes|zuerst|zu beginn|stell dich|erste worte',
  'salut|salue|accueil|bonjour|premier message|présente-toi|présentez-vous',
  'salud|bienvenid|primer mensaje|preséntate|da la bienvenida|benvenut|accogli|presentati',
  'cumpriment|boas-vindas|primeira mensagem|begroet|verwelkom|eerste bericht',
  'приветств|поздоров|przywitaj|powitaj|selamla|karşıla',
  '问候|打招呼|欢迎|开场|首先|第一句|先说|自我介绍|問候|歡迎|開場|首先說|先說',
  '挨拶|あいさつ|最初に|まず|인사|환영',
);

/** Speak of any beginning: of a talk, unless what stands between them and the quote is something else. */
const BEGINNINGS = parted(
  'begin|start|open |kick off|launch|beginn|starte|fang|commence|débute|ouvre',
  'comienza|empieza|inicia|inizia|apri|comece|inicie|começa|начни|начина|zacznij',
  'rozpocznij|başla|开始|開始|시작|始め',
);

/** What begins so is no talk. */
const OTHER_BEGINNINGS =
  /\b(?:answers?|repl(?:y|ies)|responses?|sentences?|questions?|explanations?|paragraphs?|lists?|names?|story|stories|poems?|numbers?|letters?|files?|code|jokes?|messages?|turns?|antwort\p{L}*|sätze?|réponses?|phrases|respuestas?|rispost\p{L}|respostas?)\s*$|(?:回答|回复|答案|每句话)\s*$/u;

/** The last words before a quote that is to be said. */
const LINK =
  /(?:^|[^\p{L}])(?:with|by|saying|say|speak|using|use|is|are|be|e\.g\.|like|mit|sage?|lautet|ist|avec|par|disant|dis|dites|est|con|diciendo|di|es|dicendo|dì|è|com|dizendo|diga|met|zeggen|zeg|с|словами|фразой|фразы|скажи|słowami|mówiąc)$|(?:用|以|说|說|道|讲|是|为|：|で)$/u;

/** A word that may stand between the link and the quote, with what stands before it below. */
const LINK_NOUN =
  /\b(?:words?|phrase|sentence|line|text|message|greeting|following|this|exactly|as follows|like this|worten|satz|folgenden worten|mots|palabras|frase|parole|palavras|woorden)$|(?:这句话|以下|如下)$/u;
const BEFORE_NOUN = /\b(?:the|these|this|exactly|exact|following|den|les|las|le|la|de) $/u;
const MOST_BEFORE_NOUN = 3;
const SEPARATOR = /[\s:,=–—-]/;

/** Straight after a quote that is a greeting. */
const FOLLOWED_BY =
  /^[\s,.!]*(?:first\b|to (?:start|begin|open|greet|welcome)|(?:at|in|from) the (?:start|beginning|outset|opening)|when (?:the |a )?(?:call|conversation|talk|chat|session|user|you)\b[^.]{0,30}\b(?:starts?|begins?|opens?|connects?|joins?|greet|arrives?)|as (?:a |an |the |your )?(?:greeting|opening|welcome|first|opener|intro)|begrüß|als (?:begrüßung|erstes)|zuerst|zu beginn|pour (?:commencer|saluer|accueillir)|en premier|d'abord|para (?:empezar|saludar|comenzar|começar|cumprimentar)|como saludo|per (?:iniziare|salutare)|als begroeting|问候|打招呼|欢迎|开场|开头|开始|作为开场|作为问候|跟?[^。，]{0,6}打招呼|向[^。，]{0,6}(?:问候|问好|打招呼)|問候|歡迎|開場|と(?:挨拶|あいさつ|言って始め|話しかけ)|(?:이?라고|로) ?(?:인사|시작|환영))/u;

/** The last words before a quote that is to be said, where what follows it tells when. */
const SAID =
  /(?:^|[^\p{L}])(?:say|use|with|speak|sage?|mit|dis|dites|avec|di|con|usa|diga|zeg|met|please)$|(?:用|以|说|說|讲|先|请|請)$|^$/u;

const NEGATION =
  /(?:^|[^\p{L}])(?:never|not|no|don['’]?t|doesn['’]?t|without|avoid|instead of|rather than|nie|niemals|nicht|kein\p{L}*|ohne|jamais|pas|sans|nunca|jamás|não|mai|non|niet|nooit|geen|никогда|не|nie|bez)(?=[^\p{L}]|$)|不要|不能|不得|别|勿|禁止|避免/u;

/** Somebody else says it. */
const OF_OTHERS =
  /\b(?:users?|callers?|customers?|guests?|clients?|visitors?|they|he|she|someone|somebody|anyone|people|persons?|who|whoever|nutzer|utilisateur|usuario|utente) (?:(?:just|first|ever|also|then) )?(?:says?|said|asks?|asked|greets?|writes?|types?|answers?|repl(?:y|ies)|begins?|starts?|opens?|calls?|sagt|dit|dice)\b|(?<![向跟对和给与为])(?:用户|客户|对方|客人|顾客|访客|他|她)[^，。]{0,4}(?:说|问|打招呼|输入|回答|以)/u;

/** No beginning of a greeting below is longer. */
const LONGEST_BEGINNING_CHARACTERS = 40;
/** How a greeting that stands without quotation marks begins. */
const GREETS =
  /^(?:hello|hi|hey|greetings|howdy|good (?:morning|day|evening|afternoon)|welcome (?:to|back|aboard)|welcome[,!.]|nice to meet|thank you for|thanks for|i am |i['’]m |my name|this is |hallo|guten (?:tag|morgen|abend)|grüß|moin|servus|willkommen|bonjour|bonsoir|salut|bienvenue|hola|buen[oa]s|bienvenid|ciao|salve|buongiorno|buonasera|benvenut|olá|oi[,! ]|bom dia|boa (?:tarde|noite)|bem-vind|goed|dag[,! ]|welkom|здравствуй|привет|добр|cześć|dzień dobry|witaj|merhaba|你好|您好|大家好|欢迎|嗨|早上好|下午好|晚上好|歡迎|こんにちは|はじめまして|ようこそ|안녕)/u;

/** Begins another instruction. */
export const NEXT_INSTRUCTION =
  /[.!?。！？]\s*(?=(?:then|after|afterwards|always|never|do not|don['’]t|keep|you are|you will|you must|speak|respond|reply|ask the|ask them|answer|be |use |wait|when|if|please (?:respond|answer|speak|keep|ask|be|reply)|your )\b|然后|之后|不要|你是|请用|回答|接着)/iu;

const includesAny = (text: string, words: readonly string[]): boolean => words.some((word) => text.includes(word));

/** The clause that a quote ends: what was denied or told of others before it does not count. */
function lastClause(sentence: string): string {
  const cut = Math.max(
    ...[',', ';', '，', '；', '—', ' and ', ' but ', ' then ', ' und '].map((mark) => end(sentence, mark)),
  );
  return sentence.slice(Math.max(cut, 0));
}

function end(text: string, mark: string): number {
  // A mark right before the quote belongs to the quote.
  const at = text.trimEnd().slice(0, -1).lastIndexOf(mark);
  return at < 0 ? -1 : at + mark.length;
}

/** Whether what stands before and after a quote, in small letters and within its sentence, makes it the first words of a talk. */
export function announcesGreeting(before: string, after: string): boolean {
  const clause = lastClause(before);
  if (NEGATION.test(clause) || OF_OTHERS.test(clause)) return false;
  const stem = withoutLinkNoun(before);
  const hadNoun = before.trimEnd().length > stem.length;
  const isLinked = hadNoun || LINK.test(stem);
  if (FOLLOWED_BY.test(after) && (isLinked || SAID.test(stem.trimEnd()))) return true;
  const withoutLink = stem.replace(LINK, '').trimEnd();
  if (includesAny(`${before} `, GREETINGS)) return isLinked || endsWithAny(stem, GREETINGS);
  return isLinked && includesAny(`${stem} `, BEGINNINGS) && !OTHER_BEGINNINGS.test(withoutLink);
}

function withoutLinkNoun(before: string): string {
  const said = withoutSeparators(before);
  let stem = said.replace(LINK_NOUN, '');
  if (stem === said) return said;
  for (let count = 0; count < MOST_BEFORE_NOUN; count += 1) stem = stem.replace(BEFORE_NOUN, '');
  return withoutSeparators(stem);
}

function withoutSeparators(text: string): string {
  let length = text.length;
  while (length > 0 && SEPARATOR.test(text.charAt(length - 1))) length -= 1;
  return text.slice(0, length);
}

function endsWithAny(text: string, words: readonly string[]): boolean {
  const last = text.trimEnd().slice(-24);
  return words.some((word) => {
    const at = last.lastIndexOf(word.trim());
    return at >= 0 && !/[\s，。,]/.test(last.slice(at + word.trim().length));
  });
}

/** Whether words that stand without quotation marks begin as a greeting does. */
export function beginsAsGreeting(words: string): boolean {
  return GREETS.test(words.slice(0, LONGEST_BEGINNING_CHARACTERS).toLowerCase());
}

/** Whether a colon after this introduces the first words of a talk, and the words after it are such. */
export function introducesGreeting(before: string, words: string): boolean {
  if (!beginsAsGreeting(words)) return false;
  const clause = lastClause(before);
  if (NEGATION.test(clause) || OF_OTHERS.test(clause)) return false;
  return includesAny(`${before} `, GREETINGS) || includesAny(`${before} `, BEGINNINGS);
}
