export { isBase64, isImageDataUrl } from './base64.ts';
export { toolsSchema } from './config.ts';
export { type Fields, isFields } from './fields.ts';
export {
  OPERATOR_TOPIC_PREFIX,
  type OperatorMessage,
  readOperatorMessage,
  writeUserText,
} from './operator-messages.ts';
export {
  mayHoldPicture,
  type ParseFailureKind,
  type ParseResult,
  parseClientMessage,
  parseFrame,
  SEARCHED_CHARACTERS,
  type TypedFields,
} from './parse-client-message.ts';
