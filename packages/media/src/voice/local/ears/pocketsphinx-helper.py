"""Recognises English speech for the local voice with the PocketSphinx that the system offers.

Reads frames from standard input: one byte of type, four bytes of payload length (little-endian), payload.
  S  a new utterance begins      A  sound: PCM16 little-endian mono 16 kHz
  E  the utterance is over       X  forget the utterance
Writes one JSON object per line: {"ready": true} once, then {"text": "..."} for each E, with "short": "..." where the sound
is one of a few short phrases rather than that text.
With the argument --probe it only says whether it could run, as {"version": "..."}.
"""

import json
import os
import signal
import struct
import sys

SYSTEM_MODELS = "/usr/share/pocketsphinx/model/en-us"

BYTES_PER_SECOND = 32000
# Short phrases are looked for in sounds up to this long, with what is kept before and behind the voice.
LONGEST_SHORT_BYTES = int(2.2 * BYTES_PER_SECOND)
# A phrase of the list is taken when it fits better than the text of the language model by this much for each 10 ms.
# Without a language model what fits is scored higher by about 15 to 30.
LEAST_GAIN_PER_FRAME = 12
# Longer than any of the phrases, 10 ms each.
LONGEST_SHORT_FRAMES = 130
# What people say to somebody who speaks: agreement, and what stops him. A language model made of sentences knows them
# badly when they stand alone. Behind them, other words that stand alone, so that these are not taken for the first ones.
SHORT_PHRASES = """
okay|ok|okay okay|oh okay|ah okay|uh-huh|mm-hm|hmm|huh|ah|aha|oh|oh yeah|yeah|yep|yes|yeah yeah|yes yes|yeah okay|yeah sure
yeah right|yeah yeah right|right|right right|sure|alright|fine|good|great|nice|cool|true|exactly|really|wow|got it|i see
of course|sounds good|absolutely|definitely|interesting|perfect|makes sense|fair enough
stop|stop stop|stop it|wait|wait wait|no|no no|no no wait|no wait|no stop|nope|hold on|hang on|pause|quiet|sorry
excuse me|hey|listen|one moment|wait a minute|wait a second|that's enough|not now|cancel
what|why|who|when|where|how|which|whose|help|hello|hi|goodbye|bye|next|repeat|again|louder|slower|faster|please|thanks
thank you|more|less|back|continue|start|left|up|down|open|close|delete|number|password|message|record|calling|cancelled
one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|today|tomorrow|yesterday|tonight|monday|friday|sunday
how much|how many|what time|tell me|what's that|says who|which one|since when|never|always|maybe|nothing|everything
nobody|english|german|french|music|money|water|paris|london|price|breakfast
"""


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def model_files():
    """Paths of the acoustic model, the language model and the dictionary, from the system or inside the module."""
    folders = [SYSTEM_MODELS]
    try:
        from pocketsphinx import get_model_path

        folders += [get_model_path(), os.path.join(get_model_path(), "en-us")]
    except ImportError:
        pass
    for folder in folders:
        paths = [os.path.join(folder, name) for name in ("en-us", "en-us.lm.bin", "cmudict-en-us.dict")]
        if all(os.path.exists(path) for path in paths):
            return paths
    raise RuntimeError("no English model found")


def short_phrases():
    return SHORT_PHRASES.strip().replace("\n", "|").split("|")


def add_short_phrases(decoder):
    """A second search beside the one with the language model, over the same models."""
    # The dictionary has one way to say it, which is not that of a closed mouth.
    decoder.add_word("mm-hm", "M HH M", False)
    decoder.add_word("uh-huh(2)", "AH N HH AH N", True)
    grammar = "#JSGF V1.0; grammar short; public <short> = " + " | ".join(short_phrases()) + ";"
    if hasattr(decoder, "add_jsgf_string"):
        decoder.add_jsgf_string("short", grammar)
        return decoder.current_search(), decoder.activate_search
    decoder.set_jsgf_string("short", grammar)
    return decoder.get_search(), decoder.set_search


def short_phrase(decoder, sound, score):
    """The phrase of the list that the sound is, or nothing. The search of the list is the decoder's present one."""
    decoder.start_utt()
    decoder.process_raw(sound, False, False)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    if hypothesis is None:
        return ""
    frames = sum(part.end_frame - part.start_frame + 1 for part in decoder.seg() if part.word[0] not in "<[")
    gain = hypothesis.best_score - score
    if frames > LONGEST_SHORT_FRAMES or gain < LEAST_GAIN_PER_FRAME * frames:
        return ""
    return hypothesis.hypstr


def make_decoder():
    import pocketsphinx

    acoustic, language, dictionary = model_files()
    if hasattr(pocketsphinx.Decoder, "default_config"):
        config = pocketsphinx.Decoder.default_config()
        config.set_string("-hmm", acoustic)
        config.set_string("-lm", language)
        config.set_string("-dict", dictionary)
        config.set_string("-logfn", os.devnull)
        # The second pass improves little and would come after the user has stopped.
        config.set_boolean("-fwdflat", False)
        # Browsers send exact zeros between words; a trace of noise keeps the features finite.
        config.set_boolean("-dither", True)
    else:
        config = pocketsphinx.Config(
            hmm=acoustic, lm=language, dict=dictionary, logfn=os.devnull, fwdflat=False, dither=True, samprate=16000
        )
    return pocketsphinx.Decoder(config)


def read_exactly(stream, count):
    data = b""
    while len(data) < count:
        part = stream.read(count - len(data))
        if not part:
            return None
        data += part
    return data


def serve():
    # A terminal sends these to all processes that belong to it; ours ends with its input.
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    decoder = make_decoder()
    sentences, activate = add_short_phrases(decoder)
    known = set(short_phrases())
    sound = b""
    # A first utterance of silence brings the models into memory.
    decoder.start_utt()
    decoder.process_raw(b"\0" * 16000, False, False)
    decoder.end_utt()
    say({"ready": True})
    stream = sys.stdin.buffer
    in_utterance = False
    while True:
        header = read_exactly(stream, 5)
        if header is None:
            return
        kind, length = struct.unpack("<cI", header)
        payload = read_exactly(stream, length)
        if payload is None:
            return
        if kind == b"S":
            decoder.start_utt()
            in_utterance = True
            sound = b""
        elif kind == b"A" and in_utterance:
            decoder.process_raw(payload, False, False)
            if len(sound) <= LONGEST_SHORT_BYTES:
                sound += payload
        elif kind in (b"E", b"X") and in_utterance:
            decoder.end_utt()
            in_utterance = False
            if kind == b"E":
                hypothesis = decoder.hyp()
                answer = {"text": hypothesis.hypstr if hypothesis is not None else ""}
                if hypothesis is not None and answer["text"] not in known and len(sound) <= LONGEST_SHORT_BYTES:
                    activate("short")
                    answer["short"] = short_phrase(decoder, sound, hypothesis.best_score)
                    activate(sentences)
                say(answer)


def main():
    if "--probe" in sys.argv:
        import pocketsphinx

        model_files()
        say({"version": getattr(pocketsphinx, "__version__", "5prealpha")})
        return
    try:
        serve()
    except BrokenPipeError:
        pass


main()
