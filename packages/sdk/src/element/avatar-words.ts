import type { CallSituation } from '../call-situation.ts';
import { chineseProblems, type ProblemWords } from '../problem-words.ts';

const en = {
  /** Null: problems as they come, in English. */
  problems: null as ProblemWords | null,
  start: (name: string) => (name === '' ? 'Start talking' : `Talk with ${name}`),
  again: 'Call again',
  situations: {
    idle: '',
    calling: 'Calling…',
    waking: 'Waking up…',
    'waiting-for-picture': 'Waiting for the picture…',
    reconnecting: 'Connection lost, trying again…',
    ended: 'Call ended',
    thinking: 'Thinking…',
    speaking: 'Speaking',
    'opening-microphone': 'Waiting for the microphone…',
    'typing-only': 'Typing only',
    muted: 'Muted',
    'held-back': 'Hold to talk',
    silent: 'No sound from the microphone',
    hearing: 'Listening to you',
    listening: 'Listening',
  } as Readonly<Record<CallSituation, string>>,
  live: (name: string) => (name === '' ? 'Avatar, live' : `${name}, live`),
  unblock: 'Tap to hear the sound',
  mute: 'Mute the microphone',
  unmute: 'Unmute the microphone',
  microphoneOn: 'Switch the microphone on',
  /** Under the icons, where nothing hovers. */
  short: { mute: 'Mute', unmute: 'Unmute', microphoneOn: 'Microphone', hangUp: 'Hang up' },
  hangUp: 'Hang up',
  captions: 'Captions',
  you: 'You',
  avatar: 'Avatar',
  interrupted: 'interrupted',
  said: (speaker: string, text: string) => `${speaker}: ${text}`,
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
  situations: {
    idle: '',
    calling: '正在呼叫…',
    waking: '正在唤醒…',
    'waiting-for-picture': '正在等待画面…',
    reconnecting: '连接已断开，正在重连…',
    ended: '通话已结束',
    thinking: '正在思考…',
    speaking: '正在说话',
    'opening-microphone': '正在等待麦克风…',
    'typing-only': '仅限打字',
    muted: '已静音',
    'held-back': '按住说话',
    silent: '麦克风没有声音',
    hearing: '正在听您说话',
    listening: '正在聆听',
  },
  live: (name) => (name === '' ? '数字人实时画面' : `${name} 实时画面`),
  unblock: '点按以播放声音',
  mute: '将麦克风静音',
  unmute: '取消麦克风静音',
  microphoneOn: '打开麦克风',
  short: { mute: '静音', unmute: '取消静音', microphoneOn: '麦克风', hangUp: '挂断' },
  hangUp: '挂断',
  captions: '字幕',
  you: '您',
  avatar: '数字人',
  interrupted: '已打断',
  said: (speaker, text) => `${speaker}：${text}`,
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
