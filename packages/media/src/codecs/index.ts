// The face of `codecs` towards packages that read and write films.
export { holdCallCodecs } from './call-codecs.ts';
export { type FilmFile, fileInMemory, fileOnDisk } from './film-module.ts';
export { type FilmContainer, FilmPackets, type OpusTrack, type PictureTrack } from './film-packets.ts';
export {
  FilmError,
  type FilmFrame,
  type FilmPacket,
  type FilmPictures,
  FilmReader,
  type FilmSize,
  type FilmSound,
  UnknownCodecError,
} from './film-reader.ts';
export { type FilmSurvey, surveyFilm } from './film-survey.ts';
export { OPUS_FRAME_SAMPLES, OpusEncoder, opusTrack } from './opus-encoder.ts';
export { type CodedPicture, PictureEncoder, type PictureEncoderOptions } from './picture-encoder.ts';
