export { isBase64 } from './base64.ts';
export { type ParseFailureKind, type ParseResult, parseClientMessage } from './parse-client-message.ts';
