export { isBase64 } from './base64.ts';
export {
  mayHoldPicture,
  type ParseFailureKind,
  type ParseResult,
  parseClientMessage,
  SEARCHED_CHARACTERS,
} from './parse-client-message.ts';
