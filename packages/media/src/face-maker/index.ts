export { createBundle } from './create-bundle.ts';
export { InputError, type InputProblem } from './input-error.ts';
export { type MakeBundleOptions, makeBundleFromPhoto } from './make-bundle.ts';
export { makeBundleFromClip } from './make-clip-bundle.ts';
export { addPreview } from './preview-film.ts';
export { SpeechError, type SpeechProblem } from './read-speech.ts';
export { type RenderedSpeech, type RenderSpeechOptions, renderSpeech } from './render-speech.ts';
