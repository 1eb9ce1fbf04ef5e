"""Synthesises the training and test speech with exact phone times.

Usage: python3 make_speech.py OUTPUT_FOLDER [--scale 1.0]
Writes OUTPUT_FOLDER/*.wav and OUTPUT_FOLDER/manifest.jsonl, one object a line:
{"file", "engine", "voice", "language", "split": "train" | "test-ENGINE",
 "phones": [[startSeconds, endSeconds, symbol], …]}
"""

import argparse
import ctypes
import json
import os
import random
import subprocess
import tempfile
import wave

import numpy as np

import alphabets
import sentences

SEED = 20
ESPEAK_VARIANTS = [
    "m1", "m2", "m3", "m4", "m6", "m7", "m8", "f1", "f2", "f4", "f5", "klatt", "klatt2", "klatt3", "Andy", "Annie", "Alex",
    "Alicia", "belinda", "Denis", "Michael", "steph", "linda", "Henrique", "pablo", "Gene", "Jacky", "Mario", "Marco",
    "anika", "sandro", "victor", "grandma", "grandpa", "Lee", "max", "rob", "zac", "adam", "antonio", "edward", "Hugo",
]
ESPEAK_HELD_OUT_VARIANTS = ["m5", "f3", "iven", "quincy", "shelby", "klatt4"]
HELD_OUT_LANGUAGES = ["tr", "hi", "pl"]
ESPEAK_STOPS = ("p", "b", "t", "d", "k", "g", "ch", "jh", "q")
ENGLISH_ACCENTS = ["en-us", "en-us", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-029"]
FLITE_VOICES = {"slt": 380, "awb": 380, "kal16": 200, "rms": 80}
FLITE_HELD_OUT = "rms"
# voice function, language, text encoding, sentences, held out
FESTIVAL_VOICES = [
    ("voice_msu_ru_nsh_clunits", "ru", "utf-8", 150, False),
    ("voice_cmu_us_slt_arctic_hts", "en-us", "ascii", 220, False),
    ("voice_ked_diphone", "en-us", "ascii", 120, False),
    ("voice_upc_ca_ona_hts", "ca", "iso-8859-15", 90, False),
    ("voice_lp_diphone", "it", "iso-8859-1", 80, False),
    ("voice_pc_diphone", "it", "iso-8859-1", 40, True),
    ("voice_hy_fi_mv_diphone", "fi", "iso-8859-1", 70, False),
    ("voice_suo_fi_lj_diphone", "fi", "iso-8859-1", 40, True),
    ("voice_czech_ph", "cs", "iso-8859-2", 70, False),
    ("voice_czech_dita", "cs", "iso-8859-2", 70, False),
    ("voice_czech_krb", "cs", "iso-8859-2", 60, False),
    ("voice_czech_machac", "cs", "iso-8859-2", 40, True),
]
MBROLA_SAMPLE_RATES = {"pt1": 22050}  # of the others 16000
# voice of MBROLA, language of its text, sentences, held out. espeak-ng reads the text and chooses the melody.
MBROLA_VOICES = (
    [(voice, "fr", 110, False) for voice in ("fr1", "fr2", "fr3", "fr4", "fr5", "fr7", "ca1", "ca2")]
    + [(voice, "en-us", 110, False) for voice in ("us1", "us2", "us3", "en1")]
    + [(voice, "de", 40, False) for voice in ("de1", "de3", "de5", "de6", "de7")]
    + [(voice, "es", 40, False) for voice in ("es1", "es2", "mx1")]
    + [(voice, "it", 40, False) for voice in ("it3", "it4")]
    + [(voice, "nl", 40, False) for voice in ("nl2", "nl3")]
    + [("pt1", "pt", 40, False), ("sw1", "sv", 40, False), ("hu1", "hu", 40, False)]
    + [("fr6", "fr", 50, True), ("de2", "de", 50, True)]
)


class EspeakEventId(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class EspeakEvent(ctypes.Structure):
    """`espeak_EVENT` of espeak-ng's speak_lib.h."""

    _fields_ = [
        ("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
        ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p), ("id", EspeakEventId),
    ]


class Espeak:
    AUDIO_OUTPUT_SYNCHRONOUS = 2
    PHONEME_EVENTS_IN_IPA = 1 | 2
    EVENT_LIST_TERMINATED = 0
    EVENT_PHONEME = 7
    RATE, PITCH, RANGE = 1, 3, 4
    CHARACTERS_UTF8 = 1

    def __init__(self) -> None:
        self.library = ctypes.CDLL("libespeak-ng.so.1")
        self.sample_rate = self.library.espeak_Initialize(self.AUDIO_OUTPUT_SYNCHRONOUS, 0, None, self.PHONEME_EVENTS_IN_IPA)
        callback_type = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(EspeakEvent))
        self.callback = callback_type(self._receive)
        self.library.espeak_SetSynthCallback(self.callback)
        self.pcm = bytearray()
        self.events: list[tuple[float, str]] = []

    def _receive(self, samples, count, events) -> int:
        if samples and count > 0:
            self.pcm += ctypes.string_at(samples, count * 2)
        index = 0
        while events[index].type != self.EVENT_LIST_TERMINATED:
            event = events[index]
            if event.type == self.EVENT_PHONEME:
                name = event.id.string.decode("utf-8", "ignore")
                self.events.append((event.sample / self.sample_rate, name))
            index += 1
        return 0

    def speak(self, voice: str, text: str, rate: int, pitch: int, pitch_range: int):
        """PCM16 bytes and [(startSeconds, ipaName)], or None when there is no such voice."""
        self.pcm, self.events = bytearray(), []
        if self.library.espeak_SetVoiceByName(voice.encode()) != 0:
            return None
        for parameter, value in ((self.RATE, rate), (self.PITCH, pitch), (self.RANGE, pitch_range)):
            self.library.espeak_SetParameter(parameter, value, 0)
        data = text.encode() + b"\0"
        self.library.espeak_Synth(data, len(data), 0, 1, 0, self.CHARACTERS_UTF8, None, None)
        self.library.espeak_Synchronize()
        return bytes(self.pcm), list(self.events)


def write_wav(path: str, pcm: bytes, sample_rate: int) -> None:
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(pcm)


def spread(start: float, end: float, symbols: list[str]) -> list[list]:
    """Shares the span among its symbols evenly."""
    step = (end - start) / max(1, len(symbols))
    return [[start + i * step, start + (i + 1) * step, symbol] for i, symbol in enumerate(symbols)]


def include_stop_gaps(phones: list[list], pcm: bytes, sample_rate: int) -> None:
    """espeak-ng reports a stop at its burst. Moves its start back to where the silence of the closure begins."""
    samples = np.frombuffer(pcm, np.int16).astype(np.float32)
    hop = int(sample_rate * 0.005)
    energy = np.sqrt((samples[: len(samples) // hop * hop].reshape(-1, hop) ** 2).mean(1))
    quiet = energy < 0.12 * np.percentile(energy, 75)
    for index in range(1, len(phones)):
        start, _, symbol = phones[index]
        if symbol not in ESPEAK_STOPS:
            continue
        last = min(len(quiet) - 1, int(start / 0.005) + 1)
        while last >= 0 and not quiet[last] and last > start / 0.005 - 4:
            last -= 1
        first = last
        while first > 0 and quiet[first - 1] and start - (first - 1) * 0.005 < 0.12:
            first -= 1
        gap_start = max(first * 0.005, phones[index - 1][0] + 0.01)
        if quiet[last] and last - first >= 2 and gap_start < start:
            phones[index - 1][1] = gap_start
            phones[index][0] = gap_start


class SpeechMaker:
    def __init__(self, folder: str, scale: float) -> None:
        self.folder, self.scale = folder, scale
        self.rng = random.Random(SEED)
        self.manifest = open(os.path.join(folder, "manifest.jsonl"), "w", encoding="utf-8")
        self.count = 0
        self.seconds: dict[str, float] = {}

    def next_path(self) -> str:
        self.count += 1
        return os.path.join(self.folder, f"{self.count:05d}.wav")

    def record(self, path: str, engine: str, voice: str, language: str, split: str, phones: list[list]) -> None:
        with wave.open(path) as file:
            duration = file.getnframes() / file.getframerate()
        if not 0.5 < duration < 14 or len(phones) < 4:
            os.remove(path)
            return
        key = f"{split} {engine}"
        self.seconds[key] = self.seconds.get(key, 0) + duration
        entry = {"file": os.path.basename(path), "engine": engine, "voice": voice, "language": language, "split": split,
                 "phones": [[round(a, 4), round(b, 4), s] for a, b, s in phones if b > a]}
        self.manifest.write(json.dumps(entry) + "\n")

    def make_espeak(self) -> None:
        engine = Espeak()
        for language in sentences.CATALOGUES:
            held_language = language in HELD_OUT_LANGUAGES
            wanted = int((200 if language == "en-us" else 24 if held_language else 90) * self.scale)
            lines = sentences.catalogue_sentences(language, wanted, self.rng)
            if language == "en-us":
                lines = lines[: wanted // 2] + sentences.english_sentences(wanted // 2, self.rng)
            for line in lines:
                held = held_language or self.rng.random() < 0.1
                variant = self.rng.choice(ESPEAK_HELD_OUT_VARIANTS if held else ESPEAK_VARIANTS)
                accent = self.rng.choice(ENGLISH_ACCENTS) if language == "en-us" else language
                voice = f"{accent}+{variant}"
                made = engine.speak(voice, line, self.rng.randint(120, 215), self.rng.randint(25, 75), self.rng.randint(30, 80))
                if made is None or len(made[0]) < engine.sample_rate:
                    continue
                pcm, events = made
                path = self.next_path()
                write_wav(path, pcm, engine.sample_rate)
                phones, total = [], len(pcm) / 2 / engine.sample_rate
                for index, (start, name) in enumerate(events):
                    end = events[index + 1][0] if index + 1 < len(events) else total
                    phones += spread(start, end, alphabets.ipa_to_symbols(name, language) or ["pau"])
                include_stop_gaps(phones, pcm, engine.sample_rate)
                self.record(path, "espeak", voice, language, "test-espeak" if held else "train", phones)

    def make_flite(self) -> None:
        for voice, wanted in FLITE_VOICES.items():
            wanted = int(wanted * self.scale)
            lines = sentences.english_sentences(wanted * 3, self.rng)[: wanted * 2 // 3]
            lines += sentences.catalogue_sentences("en-us", wanted - len(lines), self.rng)
            for line in lines:
                path = self.next_path()
                stretch = self.rng.choice([0.85, 0.95, 1.0, 1.1, 1.25])
                result = subprocess.run(
                    ["flite", "-voice", voice, "-psdur", "--setf", f"duration_stretch={stretch}", "-t", line, "-o", path],
                    capture_output=True, text=True, check=True)
                phones, start = [], 0.0
                for item in result.stdout.split():
                    symbol, end = item.split(":")
                    phones.append([start, float(end), symbol])
                    start = float(end)
                self.record(path, "flite", voice, "en-us", "test-flite" if voice == FLITE_HELD_OUT else "train", phones)

    def make_festival(self) -> None:
        for function, language, encoding, wanted, held in FESTIVAL_VOICES:
            wanted = int(wanted * self.scale)
            if language == "en-us":
                lines = sentences.english_sentences(wanted * 4, self.rng)[:wanted]
            else:
                lines = sentences.catalogue_sentences(language, wanted, self.rng)
            for start in range(0, len(lines), 10):
                self._festival_batch(function, language, encoding, lines[start : start + 10], held)

    def _festival_batch(self, function: str, language: str, encoding: str, lines: list[str], held: bool) -> None:
        """Small batches: Festival gives up a batch at the first word that it cannot say."""
        paths = [self.next_path() for _ in lines]
        script = [f"({function})"]
        for path, line in zip(paths, lines):
            text = line.lower() if language == "ru" else line
            text = text.replace("\\", "").replace('"', "").replace("(", " ").replace(")", " ")
            script.append(f"(Parameter.set 'Duration_Stretch {self.rng.choice([0.85, 1.0, 1.15])})")
            script.append(f'(let ((u (utt.synth (Utterance Text "{text}")))) (utt.save.wave u "{path}" (quote riff)) '
                          f'(utt.save.segs u "{path}.segs"))')
        with tempfile.NamedTemporaryFile("wb", suffix=".scm", delete=False) as file:
            file.write("\n".join(script).encode(encoding, "ignore"))
        subprocess.run(["festival", "-b", file.name], capture_output=True, check=False)
        os.remove(file.name)
        for path in paths:
            segments = path + ".segs"
            if not os.path.exists(segments):
                if os.path.exists(path):
                    os.remove(path)
                continue
            phones, start, known = [], 0.0, True
            with open(segments, encoding="utf-8", errors="replace") as file:
                for row in file:
                    fields = row.split()
                    if len(fields) != 3:
                        continue
                    end = float(fields[0])
                    symbols = alphabets.festival_to_symbols(language, fields[2])
                    known = known and symbols is not None
                    phones += spread(start, end, symbols or [])
                    start = end
            os.remove(segments)
            if known:
                self.record(path, "festival", function, language, "test-festival" if held else "train", phones)
            else:
                print("unknown phone", language, fields)
                os.remove(path)

    def make_mbrola(self) -> None:
        for voice, language, wanted, held in MBROLA_VOICES:
            for line in sentences.catalogue_sentences(language, int(wanted * self.scale), self.rng):
                self._speak_mbrola(voice, language, line, held)

    def _speak_mbrola(self, voice: str, language: str, line: str, held: bool) -> None:
        path = self.next_path()
        score = subprocess.run(
            ["espeak-ng", "-v", f"mb-{voice}", "-s", str(self.rng.randint(105, 190)), "-p", str(self.rng.randint(30, 70)), "--pho", "-q"],
            input=line, capture_output=True, text=True, check=True).stdout
        score = score.replace("/\t", "\t")  # unstressed vowels, which the Spanish and Italian voices have not got
        rows = [row.split("\t") for row in score.splitlines() if "\t" in row]
        named = [(alphabets.mbrola_to_symbols(language, name), float(length) / 1000) for name, length, *_ in rows]
        # Another voice quality (-l) and pitch (-f), so that a voice serves for several; the times stay.
        tract = self.rng.choice([1.0, 1.0, self.rng.uniform(0.9, 1.12)])
        sample_rate = int(MBROLA_SAMPLE_RATES.get(voice, 16000) * tract)
        spoken = subprocess.run(
            ["mbrola", "-l", str(sample_rate), "-f", f"{self.rng.uniform(0.85, 1.2):.2f}", f"/usr/share/mbrola/{voice}/{voice}", "-", path],
            input=score, capture_output=True, text=True, check=False)
        unknown = [row[0] for row, (symbols, _) in zip(rows, named) if symbols is None]
        if spoken.returncode != 0 or unknown:
            print("left out", voice, unknown, spoken.stderr.strip()[:100])
            if os.path.exists(path):
                os.remove(path)
            return
        phones, start = [], 0.0
        for symbols, length in named:
            phones += spread(start, start + length, symbols)
            start += length
        self.record(path, "mbrola", voice, language, "test-mbrola" if held else "train", phones)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", choices=["espeak", "flite", "festival", "mbrola"])
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    maker = SpeechMaker(options.folder, options.scale)
    for name in ("flite", "festival", "espeak", "mbrola"):
        if options.only in (None, name):
            getattr(maker, f"make_{name}")()
            print(name, {key: f"{value / 60:.1f} min" for key, value in maker.seconds.items()}, flush=True)
    maker.manifest.close()


if __name__ == "__main__":
    main()
