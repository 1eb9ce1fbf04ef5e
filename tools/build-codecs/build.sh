#!/usr/bin/env bash
# Builds the codecs of calls (calls.wasm: libvpx, libopus, OpenH264) and of films (film.wasm: FFmpeg under the LGPL) into
# packages/media/src/codecs. Run it to repeat or change them; the product itself only needs the finished files.
# Needs: bash, make, perl, python3 with venv, npm, cargo, and SIMDe's headers (Debian: libsimde-dev).
# Usage: tools/build-codecs/build.sh [calls] [film]   (both without a name). VISAVIS_CODEC_BUILD names the work folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../../packages/media/src/codecs
work=${VISAVIS_CODEC_BUILD:-${TMPDIR:-/tmp}/visavis-codecs}
jobs=${JOBS:-$(nproc)}
parts=${*:-calls film}
mkdir -p "$work" "$out"

# Sources and compiler, each in one exact version, from npm, crates.io and PyPI. libav.js carries the sources it is made of.
sources_package=libav.js@6.10.9
openh264_crate='openh264-sys2 = "=0.9.9"'
zig_package=ziglang==0.17.1
source_sums='
7a479a3c66b9f5d5542a4c6a1b7d3768a983b1e5c14c60a9396edc9b649e015c  libvpx-1.16.0.tar.gz
6ffcb593207be92584df15b32466ed64bbec99109f007c82205f0194572411a1  opus-1.6.1.tar.gz
7f607a00dd0d28a729d5a4811205812eef01cf6ef6155025febb6f36a9062d52  ffmpeg-9.0.tar.xz'

fetch_sources() {
  [ -e "$work/sources.done" ] && return
  rm -rf "$work/package" "$work/crate" "$work/venv"
  (cd "$work" && tar xzf "$(npm pack --silent "$sources_package")" package/sources)
  (cd "$work/package/sources" && grep -v '^$' <<<"$source_sums" | sha256sum --check --quiet)
  for archive in libvpx-1.16.0.tar.gz opus-1.6.1.tar.gz ffmpeg-9.0.tar.xz; do
    tar xf "$work/package/sources/$archive" -C "$work"
  done
  mkdir -p "$work/crate" && touch "$work/crate/lib.rs"
  printf '[package]\nname = "sources"\nversion = "0.0.0"\nedition = "2021"\n[lib]\npath = "lib.rs"\n[dependencies]\n%s\n' \
    "$openh264_crate" >"$work/crate/Cargo.toml"
  (cd "$work/crate" && cargo vendor --quiet >/dev/null)
  python3 -m venv "$work/venv" && "$work/venv/bin/pip" --quiet install "$zig_package"
  touch "$work/sources.done"
}

# Compiler wrappers: the libraries' own build scripts expect programs of one name. Binaryen-free; LTO does the inlining.
write_tools() {
  local zig
  zig=$(echo "$work"/venv/lib/python3*/site-packages/ziglang)/zig
  local flags='-target wasm32-wasi -msimd128 -mbulk-memory -mnontrapping-fptoint -msign-ext'
  mkdir -p "$work/bin" "$work/include"
  printf '#!/bin/sh\nexec "%s" cc %s -I"%s" "$@"\n' "$zig" "$flags" "$here/include" >"$work/bin/cc"
  printf '#!/bin/sh\nexec "%s" c++ %s -I"%s" "$@"\n' "$zig" "$flags" "$here/include" >"$work/bin/c++"
  printf '#!/bin/sh\nexec "%s" ar "$@"\n' "$zig" >"$work/bin/ar"
  printf '#!/bin/sh\nexec "%s" ranlib "$@"\n' "$zig" >"$work/bin/ranlib"
  chmod +x "$work/bin/"*
  # Linked alone into the include path: the rest of the system's headers are for another machine.
  ln -sfn "${SIMDE_INCLUDE:-/usr/include/simde}" "$work/include/simde"
}

# objects DIR FLAGS... -- FILES: compiles each file into DIR, side by side.
objects() {
  local dir=$1 flags=() file
  shift
  while [ "$1" != -- ]; do flags+=("$1"); shift; done
  shift
  mkdir -p "$dir"
  for file in "$@"; do printf '%s\0' "$file"; done | xargs -0 -P "$jobs" -I FILE sh -c '
    object=$1/$(printf %s "$2" | tr / _).o; compiler=$3/cc; case $2 in *.cpp) compiler=$3/c++;; esac
    shift 3; [ -e "$object" ] || "$compiler" "$@" -c "'FILE'" -o "$object"' sh "$dir" FILE "$work/bin" "${flags[@]}"
}

build_vpx() {
  local source=$work/libvpx-1.16.0 build=$work/vpx file
  [ -e "$build/libvpx.a" ] && return
  rm -rf "$build" && mkdir -p "$build" && cd "$build"
  CC=$work/bin/cc CXX=$work/bin/c++ AR=$work/bin/ar LD=$work/bin/cc AS=$work/bin/cc NM=nm STRIP=true \
    "$source/configure" --target=arm64-linux-gcc --enable-neon --enable-realtime-only \
    --disable-{examples,tools,docs,unit-tests,multithread,runtime-cpu-detect,vp9,vp8-decoder,webm-io,libyuv} \
    --disable-{spatial-resampling,postproc,error-concealment,pic,debug-libs} \
    --extra-cflags="-flto -w -I$work/include" >configure.log
  # The compile tests for ARM instructions fail, and with them all vector code would be left out.
  sed -i 's/^RTCD_OPTIONS.*/RTCD_OPTIONS = --disable-neon_dotprod --disable-neon_i8mm --disable-sve --disable-sve2/' libs-*.mk
  make -j "$jobs" libvpx.a >make.log
}

build_opus() {
  local source=$work/opus-1.6.1 names
  names=$(cd "$source" && for list in celt silk opus; do cat "${list}_sources.mk"; echo; done | sed -e ':a;/\\$/N;s/\\\n//;ta' |
    awk '$1 ~ /^(CELT_SOURCES|SILK_SOURCES|SILK_SOURCES_FLOAT|OPUS_SOURCES|OPUS_SOURCES_FLOAT)$/ {$1=$2=""; print}')
  cd "$source"
  # shellcheck disable=SC2086
  objects "$work/opus" -O3 -flto -w -DOPUS_BUILD -DUSE_ALLOCA -DHAVE_LRINT -DHAVE_LRINTF -DFLOAT_APPROX -Drestrict=__restrict \
    -I. -Iinclude -Icelt -Isilk -Isilk/float -- $names
}

build_openh264() {
  local source=$work/crate/vendor/openh264-sys2/upstream/codec
  local flags=(-O3 -flto -w -fno-exceptions -fno-rtti -D_WASI_EMULATED_SIGNAL
    -Iapi/wels -Icommon/inc -Iencoder/core/inc -Iencoder/plus/inc -Iprocessing/interface -Iprocessing/src/common
    -Iprocessing/src/{adaptivequantization,backgrounddetection,complexityanalysis,denoise,downsample,imagerotate}
    -Iprocessing/src/{scenechangedetection,scrolldetection,vaacalc})
  cd "$source"
  mapfile -t names < <(find encoder common processing -name '*.cpp' ! -name WelsThreadLib.cpp ! -name DllEntry.cpp \
    ! -name encoder.cpp ! -name vaacalcfuncs.cpp | sort)
  rm -f "$work"/openh264/*_tools_build-codecs_*
  objects "$work/openh264" "${flags[@]}" -- "${names[@]}" "$here"/openh264/*.cpp
  # What openh264/install.cpp stands in for.
  objects "$work/openh264" "${flags[@]}" -DInitFunctionPointers=InitPlainFunctionPointers \
    -DVAACalcSadBgd_c=VAACalcPlainSadBgd_c -- encoder/core/src/encoder.cpp processing/src/vaacalc/vaacalcfuncs.cpp
}

build_calls() {
  build_vpx
  build_opus
  build_openh264
  cd "$work"
  rm -rf glue
  objects "$work/glue" -O3 -flto -w -fno-exceptions -fno-rtti -Ivpx -Ilibvpx-1.16.0 -Iopus-1.6.1/include \
    -Icrate/vendor/openh264-sys2/upstream/codec/api/wels -- "$here"/calls/*.c "$here"/calls/*.cpp
  bin/c++ -O3 -flto -mexec-model=reactor -Wl,--gc-sections -Wl,-z,stack-size=1048576 -s glue/*.o opus/*.o openh264/*.o vpx/libvpx.a -lwasi-emulated-signal -o "$out/calls.wasm"
  licences "$out/calls.licences.txt" "libvpx=libvpx-1.16.0/LICENSE" "libvpx, patents=libvpx-1.16.0/PATENTS" \
    "Opus=opus-1.6.1/COPYING" "OpenH264=crate/vendor/openh264-sys2/upstream/LICENSE" \
    "libc++=$zig_folder/lib/libcxx/LICENSE.TXT" "${runtime_licences[@]}"
  chmod 644 "$out/calls.wasm"
  ls -l "$out/calls.wasm"
}

build_ffmpeg() {
  local build=$work/ffmpeg
  [ -e "$build/done" ] && return
  rm -rf "$build" && mkdir -p "$build" && cd "$build"
  local pictures=h264,hevc,vp8,vp9,mpeg4,h263,mjpeg,prores,gif,msmpeg4v2,msmpeg4v3
  local sound=aac,aac_latm,mp3float,mp2float,flac,opus,vorbis,alac,ac3,eac3,amrnb,amrwb,adpcm_g722,adpcm_ima_wav,adpcm_ms
  local plain=adpcm_ima_qt,pcm_alaw,pcm_mulaw,pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be
  # Neither --enable-gpl nor --enable-version3 nor --enable-nonfree: what comes out is under the LGPL, version 2.1 or later.
  "$work/ffmpeg-9.0/configure" --cc="$work/bin/cc" --ar="$work/bin/ar" --ranlib="$work/bin/ranlib" --nm=nm \
    --enable-cross-compile --target-os=none --arch=wasm \
    --disable-{all,autodetect,everything,pthreads,network,debug,runtime-cpudetect,doc,programs,asm,stripping,iconv} \
    --enable-{avcodec,avformat,avfilter,swscale,swresample,avutil} \
    --enable-decoder="$pictures,$sound,$plain,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be" \
    --enable-demuxer=mov,matroska,avi,gif,wav,mp3,flac,ogg,aac,amr,aiff,caf,au,w64,g722 --enable-muxer=mp4,webm \
    --enable-encoder=aac \
    --enable-parser=h264,hevc,vp8,vp9,aac,aac_latm,mpegaudio,flac,opus,vorbis,mpeg4video,h263,mjpeg,ac3,amr,gif \
    --enable-bsf=vp9_superframe_split,mpeg4_unpack_bframes,aac_adtstoasc,h264_mp4toannexb,extract_extradata \
    --enable-filter=scale,crop,pad,setsar,transpose,hflip,vflip,fps,format,aformat,aresample,null,anull \
    --extra-cflags='-flto -w -D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_PROCESS_CLOCKS' >configure.log
  # wasi-libc names mmap without having it.
  sed -i -e 's/#define HAVE_MMAP 1/#define HAVE_MMAP 0/' -e "s#$work/bin/##g" config.h
  # What ffmpeg/h264.cpp stands in for.
  for name in h264dsp h264qpel h264chroma; do
    echo "libavcodec/$name.o: CFLAGS += -Dff_${name}_init=ff_${name}_init_plain" >>ffbuild/config.mak
  done
  make -j "$jobs" >make.log
  touch done
}

build_film() {
  build_ffmpeg
  cd "$work/ffmpeg"
  local libraries=() name
  for name in avfilter avformat avcodec swresample swscale avutil; do libraries+=("lib$name/lib$name.a"); done
  "$work/bin/c++" -O3 -flto -w -fno-exceptions -fno-rtti -I. -I"$work/ffmpeg-9.0" -c "$here/ffmpeg/h264.cpp" -o h264-vectors.o
  # Memory ends at 1 GiB, whatever a hostile file asks for.
  "$work/bin/cc" -O3 -flto -w -I. -I"$work/ffmpeg-9.0" -D_WASI_EMULATED_SIGNAL -mexec-model=reactor -Wl,--gc-sections \
    -Wl,-z,stack-size=1048576 -Wl,--max-memory=1073741824 -s "$here"/film/*.c h264-vectors.o "${libraries[@]}" -lm \
    -lwasi-emulated-signal -lwasi-emulated-process-clocks -lwasi-emulated-getpid -o "$out/film.wasm"
  cd "$work"
  licences "$out/film.licences.txt" "FFmpeg=ffmpeg-9.0/LICENSE.md" "FFmpeg, LGPL 2.1=ffmpeg-9.0/COPYING.LGPLv2.1" \
    "${runtime_licences[@]}"
  chmod 644 "$out/film.wasm"
  ls -l "$out/film.wasm"
}

# licences FILE NAME=PATH...: the texts that the finished file's distribution must carry.
licences() {
  local file=$1 entry
  shift
  for entry in "$@"; do
    printf '======== %s ========\n\n' "${entry%%=*}"
    tr -d '\r' <"${entry#*=}" | sed -e 's/[[:space:]]*$//'
    printf '\n'
  done >"$file"
}

fetch_sources
write_tools
zig_folder=$(echo "$work"/venv/lib/python3*/site-packages/ziglang)
runtime_licences=(
  "SIMDe=${SIMDE_LICENCE:-/usr/share/doc/libsimde-dev/copyright}"
  "wasi-libc=$zig_folder/lib/libc/wasi/LICENSE" "wasi-libc (MIT)=$zig_folder/lib/libc/wasi/LICENSE-MIT"
  "musl, inside wasi-libc=$zig_folder/lib/libc/musl/COPYRIGHT" "Zig (compiler runtime)=$zig_folder/LICENSE"
)
for part in $parts; do "build_$part"; done
