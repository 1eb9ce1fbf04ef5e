export { ClipError, type ClipProblem } from './clip-error.ts';
export { createBundle } from './create-bundle.ts';
export { type MakeBundleOptions, makeBundleFromPhoto } from './make-bundle.ts';
export { makeBundleFromClip } from './make-clip-bundle.ts';
export { PhotoError, type PhotoProblem } from './photo-error.ts';
export { addPreview } from './preview-film.ts';
export { SpeechError, type SpeechProblem } from './read-speech.ts';
export { type RenderedSpeech, type RenderSpeechOptions, renderSpeech } from './render-speech.ts';
