// What tests of the packages beside this one are made of; no part of what is published.
export { leastHeld } from '../core/testing/least-held.ts';
export { wavFile } from '../core/wav-file.ts';
export { writeSyntheticBundle } from '../frames/testing/synthetic-bundle.ts';
export { speakWithFlite } from '../visemes/flite-speech.fixture.ts';
