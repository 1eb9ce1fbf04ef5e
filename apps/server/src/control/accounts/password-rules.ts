import { refusal } from '../control-error.ts';

/** Whoever wants a password: parts of their name and address are guessed first. */
type Person = { readonly email: string; readonly name: string };

/** Words of this product and of every lock, then those that lists of leaked passwords begin with. Lower case. */
const GUESSED_FIRST = `
  visavis navtalk avatar talking operator console licence license openai realtime
  password passwort passwd motdepasse contrasena contraseña senha parola secret geheim login letmein welcome willkommen
  admin administrator root user guest test testing default changeme temp access master system server computer internet
  iloveyou loveyou love lover forever angel babygirl baby princess prince queen king sweet sweetheart honey sugar darling
  sunshine sunflower rainbow flower butterfly summer winter spring autumn january february march april june july august
  september october november december monday friday sunday football baseball basketball soccer hockey tennis volleyball
  swimming skateboard fussball liverpool chelsea arsenal manchester united barcelona madrid juventus milano bayern
  yankees lakers steelers cowboys redskins eagles rangers superman batman spiderman pokemon pikachu naruto starwars
  matrix gandalf frodo merlin phoenix dragon tiger lion eagle falcon wolf bear monkey horse dolphin shadow ghost hunter
  killer warrior ninja samurai soldier ranger pirate knight wizard magic power thunder lightning storm fire freedom
  liberty victory trustno1 whatever nothing blahblah fuckyou fuckoff asshole bitch pussy hello goodbye kitty cookie
  chocolate cheese banana orange apple cherry peach pepper ginger silver golden diamond crystal purple yellow black white
  blue green red mustang ferrari porsche mercedes corvette harley yamaha honda toyota nissan google facebook youtube
  twitter instagram microsoft windows linux android samsung iphone nokia playstation nintendo xbox minecraft fortnite
  michael michelle jennifer jessica jordan ashley amanda nicole daniel andrew andrea joshua matthew robert thomas william
  charles charlie christopher christian christina alexander alexandra alejandro anthony benjamin brandon elizabeth
  victoria veronica stephanie samantha patricia patrick natasha natalia vladimir sebastian fernando gabriel maria martin
  marina maggie buster bailey rocky max lucky buddy snoopy garfield scooby california florida texas newyork chicago london
  paris berlin moscow america canada australia germany england france italia brasil jesus christ blessed heaven
  enterprise terminator metallica slipknot nirvana eminem beatles elvis music guitar piano star moon sun sky ocean family
  friends friend brother sister mother father mommy daddy happy smile
`
  .split(/\s+/)
  .filter((word) => word !== '');

/** Ways of the finger over a keyboard, letters and digits in order; each is gone backwards, too. */
const WAYS = [
  '01234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'qazwsxedcrfvtgbyhnujmikolp',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'a1b2c3d4e5f6g7h8i9j0',
  '1a2b3c4d5e6f7g8h9i0j',
  'qweasdzxcrtyfghvbn',
  '123qweasdzxc',
  '13579',
  '02468',
  '1122334455667788990',
  '112233445566',
].flatMap((way) => [way, [...way].reverse().join('')]);

/** Shapes of letters, as they are written in passwords. */
const LETTERS: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

const SHORTEST_WAY = 3;
const SHORTEST_NAME = 3;
/** A password that comes down to fewer pieces than this is found within the first millions of guesses. */
const ENOUGH_PIECES = 6;

/** Throws `bad-request` for a password that those who guess would try early; `field` is where it was given. */
export function requireUnguessed(password: string, person: Person, field: string): void {
  const words = [...GUESSED_FIRST, ...namesOf(person)].sort((one, other) => other.length - one.length);
  const text = password.normalize('NFKC').toLowerCase();
  const spelled = [...text].map((character) => LETTERS[character] ?? character).join('');
  const pieces = Math.min(...[text, spelled].map((form) => countPieces(withoutRepeats(form), words)));
  if (pieces >= ENOUGH_PIECES) return;
  throw refusal('bad-request', 'guessed-password', { field });
}

/** Parts of the name and the address; a short one would be found in every password. */
function namesOf({ email, name }: Person): string[] {
  const parts: string[] = [];
  let part = '';
  for (const character of `${name} ${email} `.normalize('NFKC').toLowerCase()) {
    if (character.toUpperCase() !== character) part += character;
    else {
      if (part.length >= SHORTEST_NAME) parts.push(part);
      part = '';
    }
  }
  return parts;
}

/** `abcabcabc` is no better than `abc`. */
function withoutRepeats(text: string): string {
  for (let length = 1; length <= text.length / 2; length += 1) {
    if (text.length % length === 0 && text.slice(0, length).repeat(text.length / length) === text) {
      return text.slice(0, length);
    }
  }
  return text;
}

/** Known words, ways over the keyboard, repeated characters and years are one piece each, every other character is one. */
function countPieces(text: string, words: readonly string[]): number {
  let pieces = 0;
  for (let at = 0; at < text.length; pieces += 1) {
    const word = words.find((candidate) => text.startsWith(candidate, at));
    at += Math.max(word?.length ?? 1, wayFrom(text, at), repeatsFrom(text, at), yearFrom(text, at));
  }
  return pieces;
}

function wayFrom(text: string, at: number): number {
  let longest = 0;
  for (const way of WAYS) {
    const start = text.slice(at, at + SHORTEST_WAY);
    const from = start.length === SHORTEST_WAY ? way.indexOf(start) : -1;
    if (from < 0) continue;
    let length = SHORTEST_WAY;
    while (from + length < way.length && way[from + length] === text[at + length]) length += 1;
    longest = Math.max(longest, length);
  }
  return longest;
}

function repeatsFrom(text: string, at: number): number {
  let length = 1;
  while (text[at + length] !== undefined && text[at + length] === text[at]) length += 1;
  return length;
}

function yearFrom(text: string, at: number): number {
  const year = Number(text.slice(at, at + 4));
  return year >= 1900 && year <= 2099 ? 4 : 0;
}
