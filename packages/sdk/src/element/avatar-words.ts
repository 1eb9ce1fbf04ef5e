import { chineseProblems, type ProblemWords } from '../problem-words.ts';

const en = {
  /** Null: problems as they come, in English. */
  problems: null as ProblemWords | null,
  start: (name: string) => (name === '' ? 'Start talking' : `Talk with ${name}`),
  again: 'Call again',
  calling: 'Calling…',
  waking: 'Waking up…',
  waiting: 'Waiting for the picture…',
  reconnecting: 'Connection lost, trying again…',
  ended: 'Call ended',
  hearing: 'Listening to you',
  thinking: 'Thinking…',
  speaking: 'Speaking',
  listening: 'Listening',
  connected: 'Connected',
  silent: 'No sound from the microphone',
  live: (name: string) => (name === '' ? 'Avatar, live' : `${name}, live`),
  unblock: 'Tap to hear the sound',
  mute: 'Mute the microphone',
  unmute: 'Unmute the microphone',
  microphoneOn: 'Switch the microphone on',
  hangUp: 'Hang up',
  captions: 'Captions',
  you: 'You',
  avatar: 'Avatar',
  interrupted: 'interrupted',
  type: 'Type a message',
  send: 'Send',
  dismiss: 'Dismiss',
  noAvatar:
    'The page names no avatar: set the attribute avatar of <visavis-avatar>, or the parameter avatar of /embed.',
  noKey:
    'The page names no key: set the attribute token-url, token or license of <visavis-avatar> or its property getToken, or the parameter token of /embed.',
};

export type AvatarWords = typeof en;

const zh: AvatarWords = {
  problems: chineseProblems,
  start: (name) => (name === '' ? '开始对话' : `与 ${name} 对话`),
  again: '再次呼叫',
  calling: '正在呼叫…',
  waking: '正在唤醒…',
  waiting: '正在等待画面…',
  reconnecting: '连接已断开，正在重连…',
  ended: '通话已结束',
  hearing: '正在听您说话',
  thinking: '正在思考…',
  speaking: '正在说话',
  listening: '正在聆听',
  connected: '已连接',
  silent: '麦克风没有声音',
  live: (name) => (name === '' ? '数字人实时画面' : `${name} 实时画面`),
  unblock: '点按以播放声音',
  mute: '将麦克风静音',
  unmute: '取消麦克风静音',
  microphoneOn: '打开麦克风',
  hangUp: '挂断',
  captions: '字幕',
  you: '您',
  avatar: '数字人',
  interrupted: '已打断',
  type: '输入消息',
  send: '发送',
  dismiss: '关闭提示',
  noAvatar: '页面没有指定数字人：请设置 <visavis-avatar> 的 avatar 属性，或 /embed 的 avatar 参数。',
  noKey:
    '页面没有指定密钥：请设置 <visavis-avatar> 的 token-url、token 或 license 属性或其 getToken 特性，或 /embed 的 token 参数。',
};

/** Words of the element for a BCP 47 tag; English for every language that it does not know. */
export function wordsFor(tag: string): AvatarWords {
  return /^zh\b/i.test(tag) ? zh : en;
}
