export { isBase64 } from './base64.ts';
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
  SEARCHED_CHARACTERS,
} from './parse-client-message.ts';
