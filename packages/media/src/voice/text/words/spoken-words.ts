/** Name in the singular and in the plural. */
export type Counted = readonly [one: string, many: string];

/** How signs, amounts and the like are said in one language. Numbers stay in digits: the engines know those. */
export type SpokenWords = {
  /** Words for signs. An empty word: the sign is silent. */
  readonly signs: Readonly<Record<string, string>>;
  /** Between the ends of a range, and of a ratio or score. */
  readonly rangeTo: string;
  readonly ratioTo: string;
  /** Before a number: `#1`, `№ 1`. */
  readonly number: string;
  /** Before a word: `#news`. */
  readonly hashtag: string;
  /** After a letter: `C#`. */
  readonly sharp: string;
  /** In addresses and names, and between the parts of a version. */
  readonly dot: string;
  readonly version: string;
  /** `x²`, `x³`, and all other exponents. */
  readonly powers: readonly [squared: string, cubed: string, other: string];
  /** `\frac{a}{b}`, `√a`. */
  readonly over: string;
  readonly rootOf: string;
  readonly fractions: {
    readonly one: string;
    readonly parts: Readonly<Record<number, Counted>>;
    /** Between a whole number and the fraction behind it. */
    readonly and: string;
  };
  readonly currencies: Readonly<Record<string, Counted>>;
  /** Between an amount and its hundredths; the name of the hundredths where they are named. */
  readonly hundredths: { readonly and: string; readonly name: Counted | null };
  /** Words for thousands, millions …, by what is written; and what stands between them and a currency. */
  readonly scales: Readonly<Record<string, string>>;
  readonly ofCurrency: (currency: string) => string;
  /** A time of day; `minutes` below 60. */
  readonly time: (hours: number, minutes: number) => string;
  /** Words that may follow a time and are part of it. */
  readonly afterTime: readonly string[];
  /** Units that the platform has no names for. */
  readonly units: Readonly<Record<string, Counted>>;
  readonly abbreviations: Readonly<Record<string, string>>;
  /** Ordinals from first on, masculine and feminine, where engines do not know `1º` and `1ª`. */
  readonly ordinals: { readonly masculine: readonly string[]; readonly feminine: readonly string[] };
  /** Words in small letters after which a Roman numeral is a number. */
  readonly numbered: readonly string[];
  /** A Roman numeral behind the name of a ruler. */
  readonly ruler: (number: number, isWoman: boolean) => string;
};
