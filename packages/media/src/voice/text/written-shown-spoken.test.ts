import { describe, expect, it, test } from 'vitest';
import { splitIntoClauses } from '../local/mouth/clauses.ts';

function shown(text: string, language = 'en-US'): string {
  return splitIntoClauses(text, language)
    .map(({ gap, spans }) => gap + spans.map((span) => span.text).join(''))
    .join('');
}

function spoken(text: string, language = 'en-US'): string {
  return splitIntoClauses(text, language)
    .map((clause) => clause.spoken)
    .join(' | ');
}

type Row = readonly [written: string, spoken: string];

const ENGLISH: readonly Row[] = [
  ['5*3=15, and C# is #1 of A|B', '5 times 3 equals 15, and C sharp is number 1 of A bar B'],
  ['5*3=15 and 4*2=8', '5 times 3 equals 15 and 4 times 2 equals 8'],
  ['About ½ of it is ≥ 20 °C', 'About one half of it is greater than or equal to 20 degrees Celsius'],
  ['4 × 3 costs ¥500 or €5.50', '4 times 3 costs 500 yen or 5 euros and 50 cents'],
  ['pages 3–5, 10-12 am, 2020–2024', 'pages 3 to 5, 10 to 12 A M, 2020 to 2024'],
  ['$1,250.50 and $5 million', '1,250 dollars and 50 cents and 5 million dollars'],
  ['-5% to 5-10%, ±3, ~5', 'minus 5 percent to 5 to 10 percent, plus or minus 3, about 5'],
  ['10 am–5 pm for $5–$10', '10 A M to 5 P M for 5 dollars to 10 dollars'],
  ['+1 555-123-4567', 'plus 1, 5 5 5, 1 2 3, 4 5 6 7'],
  ['ask a.b@example.com', 'ask a dot b at example dot com'],
  ['see https://www.example.org/docs.', 'see example dot org slash docs.'],
  ['see example.com/docs', 'see example dot com slash docs'],
  ['x² + y² = 10⁻³', 'x squared plus y squared equals 10 to the power of minus 3'],
  ['x^2 - 4 = 0', 'x squared minus 4 equals 0'],
  ['H₂O at 5 km/h, 20 m², 3.5 GHz', 'H 2 O at 5 kilometers per hour, 20 square meters, 3.5 gigahertz'],
  ['on 2024-05-03 at 10:30 am', 'on May 3rd, 2024 at 10 30 A M'],
  ['won 3:1 on 12/25/2024', 'won 3 to 1 on December 25th, 2024'],
  ['1½ cups and 3/4', '1 and one half cups and 3 quarters'],
  ['Henry VIII, Chapter IV, World War II', 'Henry the 8th, Chapter 4, World War 2'],
  ['v1.2.3 of Node.js, .NET and C++', 'version 1 dot 2 dot 3 of Node dot js, dot NET and C plus plus'],
  ['A/B, R&D, @sam, #news', 'A slash B, R and D, at sam, hashtag news'],
  ['a → b, x ≈ 5', 'a to b, x approximately 5'],
  ['well-known, COVID-19, Mon–Fri', 'well-known, COVID 19, Mon to Fri'],
  ['if 7 < 8 && 9 > 3', 'if 7 less than 8 and 9 greater than 3'],
  ['snake_case and List<String>', 'snake underscore case and List String'],
  ['the 1990s (2013), grade (A+)', 'the 1990s (2013), grade (A plus)'],
  ['at https://a.org/b?c=d', 'at a dot org slash b'],
  ['π and 1920x1080', 'pi and 1920 times 1080'],
  ['OpenAI & Visavis: 5% off', 'open A I and veezavee: 5 percent off'],
];
const GERMAN: readonly Row[] = [
  ['5*3=15, und C# ist #1 von A|B', '5 mal 3 gleich 15, und C sharp ist Nummer 1 von A senkrechter Strich B'],
  ['½ von 20 °C ist ≥ 5,50 €', 'ein halb von 20 Grad Celsius ist größer oder gleich 5 Euro 50'],
  ['Seiten 3–5 und 10-12 Uhr', 'Seiten 3 bis 5 und 10 bis 12 Uhr'],
  ['1.250,50 € oder 5 Mio. €', '1250 Euro 50 oder 5 Millionen Euro'],
  ['am 03.05.2024 um 10:30 Uhr', 'am 3. Mai 2024 um 10 Uhr 30'],
  ['z. B. 5 km/h auf 20 m²', 'zum Beispiel 5 Kilometer pro Stunde auf 20 Quadratmeter'],
  ['Ludwig XIV in Kapitel IV', 'Ludwig der Vierzehnte in Kapitel 4'],
];
const FRENCH: readonly Row[] = [
  ['5*3=15, et C# est n° 1', '5 fois 3 égale 15, et C sharp est numéro 1'],
  ['50 % de 5,50 €', '50 pour cent de 5 euros 50'],
  ['½ × 3 ≥ 1', 'un demi fois 3 supérieur ou égal à 1'],
  ['2020–2024, à 10h30', '2020 à 2024, à 10 heures 30'],
  ['3 millions €', "3 millions d'euros"],
];
const SPANISH: readonly Row[] = [
  ['5*3=15 y 50 % de 5,50 €', '5 por 3 igual a 15 y 50 por ciento de 5 euros con 50'],
  ['siglo XXI, Felipe VI, 1º', 'siglo 21, Felipe sexto, primero'],
  ['½ a 5 km/h', 'un medio a 5 kilómetros por hora'],
];
const ITALIAN: readonly Row[] = [
  ['5*3=15 e 50 % di 5,50 €', '5 per 3 uguale 15 e 50 percento di 5 euro e 50'],
  ['pagine 3–5, ½ di 5 m²', 'pagine 3 a 5, un mezzo di 5 metri quadrati'],
];
const PORTUGUESE: readonly Row[] = [
  ['5*3=15 e R$5,50', '5 vezes 3 igual a 15 e 5 reais e 50'],
  ['½ a 20 °C', 'um meio a 20 graus Celsius'],
];
const DUTCH: readonly Row[] = [
  ['5*3=15 en 50% van €5,50', '5 keer 3 is 15 en 50 procent van 5 euro 50'],
  ['½ van 20 m²', 'een half van 20 vierkante meter'],
];
const POLISH: readonly Row[] = [['5 km/h i 50%', '5 kilometrów na godzinę i 50 procent']];

describe('signs are shown as written and spoken as words', () => {
  const languages = Object.entries({
    'en-US': ENGLISH,
    'de-DE': GERMAN,
    'fr-FR': FRENCH,
    'es-ES': SPANISH,
    'it-IT': ITALIAN,
    'pt-BR': PORTUGUESE,
    'nl-NL': DUTCH,
    'pl-PL': POLISH,
  });
  for (const [language, rows] of languages) {
    test.each(rows)(`${language}: %s`, (written, words) => {
      expect(shown(written, language)).toBe(written);
      expect(spoken(written, language)).toBe(words);
    });
  }

  it('reads dates in the order of the region', () => {
    expect(spoken('on 03/04/2024', 'en-US')).toBe('on March 4th, 2024');
    expect(spoken('on 03/04/2024', 'en-GB')).toBe('on 3rd April 2024');
  });
});

describe('Markdown and SSML are neither shown nor spoken', () => {
  test.each([
    [
      '# Title\n\n- **One** 🎉\n- [Two](https://x.org)\n`three`',
      'Title\nOne 🎉\nTwo\nthree',
      'Title | One | Two | three',
    ],
    ['*so* **much** ***joy***, _yes_ ~~no~~', 'so much joy, yes no', 'so much joy, yes no'],
    ['| a | b |\n|---|---|\n| 1 | 2 |', 'a b\n1 2', 'a | b | 1 | 2'],
    ['Hi[^1].\n\n[^1]: A note.', 'Hi.\nA note.', 'Hi. | A note.'],
    ['Title\n=====\n\n> quoted\n\n---\n![alt](a.png)', 'Title\nquoted\nalt', 'Title | quoted | alt'],
    [
      '<speak>Hello <break time="1s"/><emphasis level="strong">you</emphasis> &amp; me</speak>',
      'Hello you & me',
      'Hello | you and me',
    ],
    ['<sub alias="World Wide Web">WWW</sub>', 'WWW', 'World Wide Web'],
    ['<say-as interpret-as="characters">ABC</say-as>', 'ABC', 'A B C'],
    ['[laughs] Well, [smile] well.', 'Well, well.', 'Well, well.'],
    ['这是**重点**。', '这是重点。', '这是重点。'],
    ['Use `a*b` here', 'Use a*b here', 'Use a times b here'],
  ])('%j', (written, seen, words) => {
    expect(shown(written)).toBe(seen);
    expect(spoken(written)).toBe(words);
  });

  test.each([
    'f(x)*g(y) and a*b*c',
    '__init__ and snake_case_name',
    'f[i](x)',
    'a<b && b>c',
    'costs $5 and $6',
    'Terms* apply, see *',
    '***** 5/5, f*** you',
    '*args and **kwargs',
    '2**3 and 4**5',
    '> 5 people',
    'see [1]',
    'C:\\dir\\new',
    '~5 to ~6',
    'x = List<String>',
    'a || b',
    '#1',
    '+ 5',
  ])('signs stay: %s', (written) => {
    expect(shown(written)).toBe(written);
  });

  it('says formulas of LaTeX and shows them as written', () => {
    const written = 'So $\\frac{a}{b} \\leq x^2$.';
    expect(shown(written)).toBe(written);
    expect(spoken(written)).toBe('So a over b less than or equal to x squared.');
  });

  it('shows long code and does not read it out', () => {
    const written = 'Like this:\n\n```js\nlet a = 1;\nlet b = 2;\n```\n\nDone.';
    expect(shown(written)).toBe('Like this:\nlet a = 1;\nlet b = 2;\nDone.');
    expect(spoken(written)).toBe('Like this: | Done.');
  });
});

/** A generator of pseudo-random numbers, so that a failure can be run again. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('nothing is lost', () => {
  const withoutBlanks = (text: string): string => text.replace(/\s+/g, '');
  const SIGNS = '½°×¥≥€±→²&@#%+=<>~^|/\\$£§©…–—-.,;:!?\'"(){}😀é字１'.match(/./gu) as string[];

  it('in text without Markdown, whatever its signs', () => {
    const random = randomNumbers(7);
    for (let round = 0; round < 2000; round += 1) {
      const words = Array.from({ length: 1 + random(12) }, () => {
        const sign = (): string => SIGNS[random(SIGNS.length)] as string;
        const kind = random(4);
        if (kind === 0) return `${random(3000)}${sign()}${random(100)}`;
        if (kind === 1) return `w${sign()}${sign()}d`;
        return kind === 2 ? `word${sign()}` : `x ${sign()}`;
      });
      const written = `A ${words.join(' ')}`;
      // What protects a sign in Markdown, and tags and references of XML, are markup.
      if (/\\[*_~`[\]#+\-.!>|<$&]|<[a-z/!?]|&[#a-z]/i.test(written)) continue;
      for (const language of ['en-US', 'de-DE', 'fr', 'pl', 'ja']) {
        expect(withoutBlanks(shown(written, language))).toBe(withoutBlanks(written));
      }
    }
  });

  it('around emphasis, links, code and tags', () => {
    const random = randomNumbers(11);
    const wraps: ((text: string) => string)[] = [
      (text: string) => `**${text}**`,
      (text: string) => `*${text}*`,
      (text: string) => `_${text}_`,
      (text: string) => `\`${text}\``,
      (text: string) => `[${text}](https://x.org/a)`,
      (text: string) => `~~${text}~~`,
      (text: string) => `<prosody rate="slow">${text}</prosody>`,
      (text: string) => text,
    ];
    for (let round = 0; round < 1000; round += 1) {
      const words = Array.from({ length: 1 + random(8) }, () => `w${random(100)}`);
      const written = words.map((word) => (wraps[random(wraps.length)] as (text: string) => string)(word)).join(' ');
      expect(shown(written)).toBe(words.join(' '));
    }
  });
});
