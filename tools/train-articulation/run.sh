#!/bin/sh
# Makes the speech, trains the articulation network, puts its weights into the media package and scores it.
# Usage: tools/train-articulation/run.sh WORK_FOLDER      (about 3 GB; 90 minutes of two cores)
# Needs, from Debian: python3-torch python3-numpy libopenblas0-pthread espeak-ng libespeak-ng1 flite festival festival-czech festival-ca
#   festvox-kdlpc16k festvox-us-slt-hts festvox-ru festvox-ca-ona-hts festvox-italp16k festvox-itapc16k
#   festvox-suopuhe-mv festvox-suopuhe-lj festvox-czech-ph festvox-czech-dita festvox-czech-krb festvox-czech-machac
#   and from its sections contrib and non-free: libttspico-utils mbrola
#   mbrola-fr1 … mbrola-fr7 mbrola-ca1 mbrola-ca2 mbrola-us1 mbrola-us2 mbrola-us3 mbrola-en1 mbrola-de1 mbrola-de2 mbrola-de3
#   mbrola-de5 mbrola-de6 mbrola-de7 mbrola-es1 mbrola-es2 mbrola-mx1 mbrola-it3 mbrola-it4 mbrola-nl2 mbrola-nl3 mbrola-pt1
#   mbrola-sw1 mbrola-hu1
# Without libopenblas0-pthread torch multiplies by Debian's reference BLAS, seven times as slowly.
set -eu
work=$1
here=$(dirname "$0")
weights="$here/../../packages/media/src/visemes/articulation-network.weights"
# The distribution's Python, which has the distribution's torch.
python=${PYTHON:-/usr/bin/python3}
mkdir -p "$work"
"$python" "$here/make_speech.py" "$work/speech"
# The last SENTENCES of COUNT by a voice of SVOX Pico: speak_aligned CATALOGUE COUNT SENTENCES VOICE
speak_aligned() {
  "$python" "$here/sentences.py" "$1" "$2" | tail -n "$3" >"$work/sentences.txt"
  node "$here/make-aligned-speech.ts" "$work/sentences.txt" "$work/speech" "$4"
}
speak_aligned fr 4000 4000 fr-FR
speak_aligned en-us 1500 1500 en-US
speak_aligned en-us 3000 1500 en-GB
node "$here/extract-features.ts" "$work/speech" "$work/features"
"$python" "$here/train.py" "$work/features" "$weights" --checkpoint "$work/network.pt" --minutes 58
"$python" "$here/score_classes.py" "$work/features" "$work/network.pt" \
  "$work/features:test-espeak" "$work/features:test-flite" "$work/features:test-festival" "$work/features:test-mbrola"
node "$here/evaluate.ts" "$work/speech:test-espeak" "$work/speech:test-flite" "$work/speech:test-festival" "$work/speech:test-mbrola"
