import { Buffer } from 'node:buffer';
import type { SessionCommand, SessionConfig, SessionConfigPatch } from '@visavis/media/session-events';
import type { ClientMessage, ConfigPatch } from '@visavis/protocol';

/** Client messages whose meaning depends on nothing but themselves. */
export type DirectMessage = Exclude<
  ClientMessage,
  { type: 'configure' } | { type: 'item' } | { type: 'respond' } | { type: 'candidates-end' }
>;

/** Session command of a client message. */
export function toCommand(message: DirectMessage): SessionCommand {
  switch (message.type) {
    case 'audio-append':
      return { type: 'user-audio', bytes: new Uint8Array(Buffer.from(message.audioBase64, 'base64')) };
    case 'audio-clear':
      return { type: 'user-audio-clear' };
    case 'audio-commit':
      return { type: 'user-audio-commit' };
    case 'user-text':
      return { type: 'user-text', text: message.text, reply: message.reply };
    case 'interrupt':
    case 'say':
    case 'express':
      return message;
    case 'image':
      return { type: 'image', dataUrl: message.dataUrl, reply: message.reply };
    case 'tool-result':
      return { type: 'tool-result', callId: message.callId, output: message.output, reply: message.reply };
    case 'description':
      return { type: 'remote-description', description: message.description };
    case 'candidate':
      return { type: 'remote-candidate', candidate: message.candidate };
  }
}

/** Completes a partial turn detection with what is in force. */
export function toConfigPatch(patch: ConfigPatch, turnDetection: SessionConfig['turnDetection']): SessionConfigPatch {
  const { turnDetection: changes, ...rest } = patch;
  return changes === undefined ? rest : { ...rest, turnDetection: { ...turnDetection, ...changes } };
}
