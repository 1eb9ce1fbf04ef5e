"""Recognises English speech for the local voice with the PocketSphinx that the system offers.

Reads frames from standard input: one byte of type, four bytes of payload length (little-endian), payload.
  S  a new utterance begins      A  sound: PCM16 little-endian mono 16 kHz
  E  the utterance is over       X  forget the utterance
Writes one JSON object per line: {"ready": true} once, then {"text": "..."} for each E.
With the argument --probe it only says whether it could run, as {"version": "..."}.
"""

import json
import os
import struct
import sys

SYSTEM_MODELS = "/usr/share/pocketsphinx/model/en-us"


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
    decoder = make_decoder()
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
        elif kind == b"A" and in_utterance:
            decoder.process_raw(payload, False, False)
        elif kind in (b"E", b"X") and in_utterance:
            decoder.end_utt()
            in_utterance = False
            if kind == b"E":
                hypothesis = decoder.hyp()
                say({"text": hypothesis.hypstr if hypothesis is not None else ""})


def main():
    if "--probe" in sys.argv:
        import pocketsphinx

        model_files()
        say({"version": getattr(pocketsphinx, "__version__", "5prealpha")})
        return
    try:
        serve()
    except (BrokenPipeError, KeyboardInterrupt):
        pass


main()
