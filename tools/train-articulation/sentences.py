"""Text for the synthesisers: translation catalogues of the installed programs, and English made from templates.

Usage: python3 sentences.py LANGUAGE COUNT       prints so many sentences, one a line
"""

import gettext
import glob
import random
import re
import sys

# espeak-ng language -> folder of its translation catalogues
CATALOGUES = {
    "en-us": "en_GB", "es": "es", "fr": "fr", "de": "de", "it": "it", "pt-br": "pt_BR", "nl": "nl", "pl": "pl",
    "ru": "ru", "sv": "sv", "tr": "tr", "cs": "cs", "ro": "ro", "el": "el", "fi": "fi", "hu": "hu", "id": "id",
    "da": "da", "vi": "vi", "ja": "ja", "cmn": "zh_CN", "ko": "ko", "ar": "ar", "hi": "hi", "uk": "uk", "ca": "ca", "pt": "pt",
}
UNSPEAKABLE = re.compile(r"[%<>{}\[\]\\/_=|#@~`^$*+\"]|--|\d{3}|https?|\.\w{2,4}\b")
DENSE_SCRIPTS = ("ja", "cmn", "ko")

PEOPLE = ["my mother", "Bob", "the baker", "Peter", "a famous painter", "my best friend", "Pam", "our new member",
          "the whole family", "Maybe Amy", "the tall waiter", "Sophie", "everybody", "his grandfather", "Emma", "you"]
ACTIONS = ["brought", "bought", "remembered", "put away", "wants to borrow", "will move", "has finished", "forgot",
           "is looking for", "found", "could not open", "just opened", "paid for", "built", "made", "painted", "chose"]
THINGS = ["a big blue boat", "the purple umbrella", "five open boxes", "the broken lamp", "some warm bread",
          "a pair of brown boots", "an old map", "the other tomato", "my favourite movie", "a cup of strong coffee",
          "the wooden spoon", "sixteen small shells", "a number of problems", "the first chapter", "a large orange",
          "their telephone bill", "the apple pie", "a bag of pebbles", "the moon", "something very simple"]
ENDINGS = ["before the summer", "from the shop", "in the middle of the room", "on Wednesday morning", "by the pool",
           "with a happy smile", "to make room for more", "after a moment", "without any trouble", "this evening",
           "because it was raining", "for the people above", "at half past eight", "near the public library",
           "as you probably know", "and then went home", "though nobody asked", "in front of the house"]
OPENERS = ["", "", "", "Well, ", "I think ", "Of course ", "Maybe ", "Please remember: ", "You see, ", "To be honest, "]
CONVERSATION = [
    "Hello, how may I help you today?", "Of course, give me just a moment please.", "I am happy to hear that.",
    "Could you please tell me a bit more about the problem?", "Thank you very much, that will be all for now.",
    "Please hold while I transfer your call to a member of our team.", "Would you like me to book an appointment?",
    "That is a very good question, let me explain.", "The price begins at about fifty pounds per month.",
    "We open at half past nine and close at five in the evening.", "Maybe we should move the meeting to tomorrow.",
    "My name is Emma and I am your personal assistant.", "I am sorry, I did not catch that. Could you repeat it?",
    "Above all, be patient and keep a map in your pocket.", "Bob bought a big brown boat and moved it to the bay.",
    "My mother made me some marmalade this morning.", "Peter put the pepper pot by the popular pipe.",
    "Five thieves thought of other things than the weather.", "Sixty six sisters sat beside the shore.",
    "You should choose the blue shoes over the huge ones.", "Would you go to the zoo with Joe and Lou?",
    "Father farmed half an acre of barley and palms.", "The vision of pleasure and leisure was unusual.",
    "George judged the charge of the large college bridge.", "King Kong's long song rang along the young gang.",
    "Why were you worried about the weather on Wednesday?", "Amy may aim to maim a lame llama, maybe.",
    "Over the hills and far away, the rivers roar and roll.", "A maple pump, an iron lamp, a bumpy ramp.",
    "He jumped up from the bed, grabbed a lamp and ran.", "Mum and Pop keep bees by the bubbling brook.",
]


def english_sentences(count: int, rng: random.Random) -> list[str]:
    made = set(CONVERSATION)
    while len(made) < count:
        line = f"{rng.choice(OPENERS)}{rng.choice(PEOPLE)} {rng.choice(ACTIONS)} {rng.choice(THINGS)} {rng.choice(ENDINGS)}."
        made.add(line[0].upper() + line[1:])
    lines = sorted(made)
    rng.shuffle(lines)
    return lines


def catalogue_sentences(language: str, count: int, rng: random.Random) -> list[str]:
    """Sentences of the installed `.mo` files in this language, shuffled by `rng`."""
    dense = language in DENSE_SCRIPTS
    shortest, longest = (8, 50) if dense else (20, 110)
    found: set[str] = set()
    for path in glob.glob(f"/usr/share/locale/{CATALOGUES[language]}/LC_MESSAGES/*.mo"):
        try:
            with open(path, "rb") as file:
                catalogue = gettext.GNUTranslations(file)._catalog
        except (OSError, UnicodeDecodeError):
            continue
        for source, translation in catalogue.items():
            text = source if language == "en-us" else translation
            if not isinstance(text, str) or not source:
                continue
            line = " ".join(text.split())
            if shortest <= len(line) <= longest and not UNSPEAKABLE.search(line):
                if not (dense and re.search(r"[A-Za-z]", line)):
                    found.add(line)
    lines = sorted(found)
    rng.shuffle(lines)
    return lines[:count]


def main() -> None:
    language, count = sys.argv[1], int(sys.argv[2])
    print("\n".join(catalogue_sentences(language, count, random.Random(f"print {language}"))))


if __name__ == "__main__":
    main()
