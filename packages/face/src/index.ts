export { createBundle } from './bundle/create-bundle.ts';
export { type MakeBundleOptions, makeBundleFromPhoto } from './bundle/make-bundle.ts';
export { makeBundleFromClip } from './bundle/make-clip-bundle.ts';
export { addPreview } from './bundle/preview-film.ts';
export { type DubbedFilm, type DubOptions, type DubRequest, type DubStep, dubClip } from './film/dubbing/dub-clip.ts';
export { SYNC_MODES, type SyncMode } from './film/dubbing/picture-order.ts';
export { SpeechError, type SpeechProblem } from './film/read-speech.ts';
export { type RenderedSpeech, type RenderSpeechOptions, renderSpeech } from './film/render-speech.ts';
export { InputError, type InputProblem } from './input-error.ts';
