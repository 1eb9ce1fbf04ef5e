"""Maps the phone names of the synthesisers to the project's symbols (ARPAbet in lower case, `pau` for silence)."""

import re
import unicodedata

# One or several ARPAbet phones for an IPA sign. Signs without an English neighbour take the phone whose lips, jaw and
# tongue tip look the same: front rounded vowels that of their back partner, trills that of the flap, uvulars none.
IPA = {
    "": [], " ": [], "a": ["aa"], "ɑ": ["aa"], "ɐ": ["ah"], "æ": ["ae"], "ɒ": ["ao"], "ɔ": ["ao"], "o": ["oh"], "ʌ": ["ah"],
    "ə": ["ax"], "ɚ": ["er"], "ɜ": ["er"], "ɝ": ["er"], "ɘ": ["ax"], "ɵ": ["uh"], "e": ["eh"], "ɛ": ["eh"], "œ": ["uh"],
    "ø": ["uh"], "i": ["iy"], "ɪ": ["ih"], "ᵻ": ["ih"], "ɨ": ["ih"], "ɯ": ["ih"], "ɤ": ["ah"], "u": ["uw"], "ʊ": ["uh"],
    "ʉ": ["uw"], "y": ["uw"], "ʏ": ["uh"], "p": ["p"], "b": ["b"], "m": ["m"], "f": ["f"], "v": ["v"], "ʋ": ["v"],
    "β": ["v"], "ɸ": ["f"], "ɱ": ["v"], "θ": ["th"], "ð": ["dh"], "t": ["t"], "d": ["d"], "n": ["n"], "l": ["l"], "ɫ": ["l"],
    "ɭ": ["l"], "ʎ": ["l"], "ʈ": ["t"], "ɖ": ["d"], "ɳ": ["n"], "ɲ": ["n"], "r": ["dx"], "ɾ": ["dx"], "ɽ": ["dx"],
    "ɹ": ["r"], "ɻ": ["r"], "ʀ": ["hh"], "ʁ": ["hh"], "s": ["s"], "z": ["z"], "ʃ": ["sh"], "ʒ": ["zh"], "ɕ": ["sh"],
    "ʑ": ["zh"], "ʂ": ["sh"], "ʐ": ["zh"], "k": ["k"], "g": ["g"], "ɡ": ["g"], "ŋ": ["ng"], "q": ["k"], "c": ["k"],
    "ɟ": ["g"], "x": ["hh"], "χ": ["hh"], "ɣ": ["g"], "h": ["hh"], "ɦ": ["hh"], "ħ": ["hh"], "ʕ": ["hh"], "ʔ": ["q"],
    "j": ["y"], "w": ["w"], "ɥ": ["w"], "ɬ": ["l"], "ç": ["hh"], "ʝ": ["y"], "ɰ": ["g"],
    "tʃ": ["ch"], "dʒ": ["jh"], "tɕ": ["ch"], "dʑ": ["jh"], "ts": ["t", "s"], "dz": ["d", "z"], "tʂ": ["ch"],
    "aɪ": ["ay"], "eɪ": ["ey"], "oʊ": ["ow"], "əʊ": ["ow"], "aʊ": ["aw"], "ɔɪ": ["oy"], "ɔø": ["oy"], "ju": ["y", "uw"],
}
IGNORED_SIGNS = set("ːˑˈˌʰʲʷˠˤ̩̃͜͡ʼ.-_|;:'^\"ˀ")

VOWELS = "a>a e>e i>i o>o u>u a1>a e1>e i1>i o1>o u1>u E1>ɛ O1>ɔ E>ɛ O>ɔ "
CONSONANTS = "p>p b>b m>m f>f v>v t>t d>d n>n s>s z>z l>l r>r k>k g>ɡ j>j w>w "
RUSSIAN_PAIRS = " ".join(f"{a}>{b} {a}{a}>{b}" for a, b in zip("pbmfvtdnszlrkg", "pbmfvtdnszlrkɡ"))
FESTIVAL = {
    "it": VOWELS + CONSONANTS + "ts>ts dz>dz tS>tʃ dZ>dʒ S>ʃ Z>ʒ ng>ŋ nf>ɱ L>ʎ J>ɲ",
    "ca": VOWELS + CONSONANTS + "ax>ə rr>r S>ʃ Z>ʒ L>ʎ J>ɲ jj>j ww>w",
    "fi": VOWELS + CONSONANTS + "y>y @>ə &>æ 7>ø N>ŋ h>h S>ʃ",
    "cs": VOWELS + CONSONANTS + "n*>ŋ n~>ɲ c>ts c~>tʃ ch>x z~>ʒ s~>ʃ d~>ɟ dz>dz dz~>dʒ t~>c r~>ʒ r~*>ʃ h>h y>i",
    "ru": "a>a aa>a ae>ə ay>ə ii>i i>i ee>e e>e oo>o u>u uu>u ur>u y>ɨ yy>ɨ j>j sch>ʃ ch>tʃ sh>ʃ zh>ʒ c>ts h>x hh>x "
          + RUSSIAN_PAIRS,
}
FESTIVAL_IPA = {language: dict(pair.split(">") for pair in pairs.split()) for language, pairs in FESTIVAL.items()}
# Nasal vowels of French: lips and jaw differ from those of the oral vowels that are written alike.
FRENCH_NASALS = {"ɑ̃": ["ao"], "ɛ̃": ["ae"], "ɔ̃": ["oh"], "œ̃": ["uh"]}

# MBROLA's voices name phones in their own spellings of SAMPA; lengths, stress and aspiration are dropped before.
SAMPA = dict(
    pair.split(">")
    for pair in (
        "a>a A>ɑ V>ʌ Q>ɒ O>ɔ o>o e>e E>ɛ i>i I>ɪ u>u U>ʊ y>y Y>ʏ 2>ø 9>œ @>ə {>æ 3>ɜ r=>ɚ 6>ɐ }>ʉ u0>ɵ a~>ɑ̃ e~>ɛ̃ E~>ɛ̃ o~>ɔ̃ 9~>œ̃ "
        "EI>eɪ eI>eɪ AI>aɪ aI>aɪ @U>oʊ aU>aʊ Au>aʊ OI>ɔɪ OY>ɔɪ Ei>eɪ 9y>œ I@>ɪə e@>eə U@>ʊə A~>ɑ 6~>ɐ u~>u oo>ɔ "
        "p>p b>b m>m f>f v>v t>t d>d n>n s>s z>z l>l 5>l l=>əl l^>ʎ L>ʎ k>k g>g N>ŋ ng>ŋ nf>ɱ J>ɲ nj>ɲ j>j jj>j w>w W>w h>h x>x X>χ "
        "G>ɣ C>ç S>ʃ Z>ʒ T>θ D>ð tS>tʃ dZ>dʒ ts>ts dz>dz ss>s pf>pf rs>ʂ t'>c d'>ɟ tj>c R>ʁ r>r 4>ɾ ?>ʔ"
    ).split(" ")
)
SAMPA_OF_LANGUAGE = {"en-us": {"r": "ɹ"}, "pt": {"6~j~": "ɐj"}}
FESTIVAL_SILENCES = ("pau", "#", "_", "sil", "brth", "h#")


def ipa_to_symbols(name: str, language: str = "") -> list[str]:
    taken_apart = unicodedata.normalize("NFD", name)
    if language == "fr" and taken_apart in FRENCH_NASALS:
        return FRENCH_NASALS[taken_apart]
    plain = "".join(c for c in taken_apart if c not in IGNORED_SIGNS and not unicodedata.combining(c))
    plain = plain.replace("c" + "̧", "ç")
    if plain in IPA:
        return IPA[plain]
    symbols: list[str] = []
    position = 0
    while position < len(plain):
        pair = plain[position : position + 2]
        if pair in IPA and len(pair) == 2:
            symbols += IPA[pair]
            position += 2
        else:
            symbols += IPA.get(plain[position], [])
            position += 1
    return symbols


def mbrola_to_symbols(language: str, name: str) -> list[str] | None:
    """None when the name is unknown; then the sentence is left out."""
    if name.strip() == "_":
        return ["pau"]
    own = SAMPA_OF_LANGUAGE.get(language, {})
    for spelling in (name, re.sub(r"(_h|h|:|/|1|2|\[)$", "", name) or name):
        sign = own.get(spelling, SAMPA.get(spelling))
        if sign is not None:
            return FRENCH_NASALS[sign] if sign in FRENCH_NASALS else ipa_to_symbols(sign)
    return None


def festival_to_symbols(language: str, name: str) -> list[str] | None:
    """None when the name is unknown; then the sentence is left out."""
    if name in FESTIVAL_SILENCES:
        return ["pau"]
    if language == "en-us":
        return [name]
    bare = name.replace(":", "") if language in ("fi", "cs") else name
    sign = FESTIVAL_IPA[language].get(bare)
    return None if sign is None else IPA[sign]
