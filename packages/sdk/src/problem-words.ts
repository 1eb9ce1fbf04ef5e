import type { ErrorCode } from '@visavis/protocol';
import { type CallProblem, callProblem, type ProblemCode } from './call-problem.ts';

/** Every problem in another language than English. */
export type ProblemWords = {
  readonly problems: Readonly<Record<ProblemCode, { readonly title: string; readonly advice: string }>>;
  /** What the server advises itself, by the codes of its error table. */
  readonly serverAdvice: Readonly<Record<ErrorCode, string>>;
};

const typeUntilThen = '在此之前您可以打字。';

const problems: ProblemWords['problems'] = {
  refused: { title: '服务器拒绝了通话。', advice: '请检查密钥和数字人，然后重新呼叫。' },
  'avatar-unknown': {
    title: '这里没有这个数字人。',
    advice: '它可能已改名或被移除。请选择其他数字人，或告知此页面的管理者。',
  },
  'token-unavailable': {
    title: '此页面没有获得通话许可。',
    advice: '请重试。如果仍然如此，网站需要为数字人提供令牌。',
  },
  'insufficient-balance': { title: '此许可的余额已用完。', advice: '请在控制台充值，然后重新呼叫。' },
  'no-capacity': { title: '所有数字人都在忙。', advice: '请稍候，然后重新呼叫。' },
  'too-many-calls': { title: '此许可的同时通话数已满。', advice: '请结束另一个通话，或等待其结束后重新呼叫。' },
  'server-error': { title: '服务器出了问题。', advice: '请重新呼叫。如果再次发生，服务器日志里有更多信息。' },
  'server-trouble': { title: '数字人回答时遇到问题。', advice: '请再说一遍，或者打字。' },
  'closed-by-server': { title: '服务器结束了通话。', advice: '重新呼叫即可继续交谈。' },
  'server-unreachable': {
    title: '无法连接服务器。',
    advice: '请确认服务器正在运行，且您的网络允许 WebSocket，然后重新呼叫。',
  },
  'connection-lost': { title: '与服务器的连接中断。', advice: '请检查网络，然后重新呼叫。' },
  'media-unsupported': {
    title: '此浏览器无法显示实时视频。',
    advice: '请使用新版 Chrome、Edge、Firefox 或 Safari，并启用 WebRTC。',
  },
  'media-failed': {
    title: '声音和画面无法传输。',
    advice: '可能被防火墙拦截。请换一个网络，或请服务器管理员设置 TURN 中继。',
  },
  'media-timeout': {
    title: '声音和画面没有及时到达。',
    advice: '服务器可能过载，或被防火墙拦截。请重新呼叫，或换一个网络。',
  },
  'microphone-denied': {
    title: '此页面未获准使用麦克风。',
    advice: `请在页面地址旁允许使用，然后重试。${typeUntilThen}`,
  },
  'microphone-missing': { title: '没有找到麦克风。', advice: `连接麦克风后会自动打开。${typeUntilThen}` },
  'microphone-busy': {
    title: '麦克风没有响应。',
    advice: '可能正被其他程序使用。请关闭该程序，然后重新打开麦克风。',
  },
  'microphone-lost': { title: '麦克风已断开。', advice: `重新连接它或另一个麦克风后会自动打开。${typeUntilThen}` },
  'microphone-silent': {
    title: '麦克风没有声音。',
    advice: `它可能被自身开关静音，或正被电话占用。请取消静音，或点按页面。${typeUntilThen}`,
  },
  'microphone-unsupported': {
    title: '此浏览器无法使用麦克风。',
    advice: '请使用新版 Chrome、Edge、Firefox 或 Safari。您可以在此打字。',
  },
  'camera-denied': { title: '此页面未获准使用摄像头。', advice: '请在页面地址旁允许使用，然后重新打开摄像头。' },
  'camera-missing': { title: '没有找到摄像头。', advice: '请连接摄像头，或在设置中选择另一个，然后重新打开。' },
  'camera-busy': {
    title: '摄像头没有响应。',
    advice: '可能正被其他程序使用。请关闭该程序，然后重新打开摄像头。',
  },
  'camera-lost': {
    title: '摄像头已断开，现已关闭。',
    advice: '请重新连接它，或在设置中选择另一个，然后重新打开。',
  },
  'camera-unsupported': {
    title: '此浏览器无法使用摄像头。',
    advice: '请使用新版 Chrome、Edge、Firefox 或 Safari，并用 https:// 打开此页面。',
  },
  'insecure-page': {
    title: '浏览器只允许安全页面使用麦克风。',
    advice: '请用 https:// 打开此页面，或在服务器本机上用 http://localhost 打开。您可以在此打字。',
  },
  'autoplay-blocked': { title: '在您点按页面之前，浏览器不会播放声音。', advice: '点按画面即可听到声音。' },
};

const serverAdvice: ProblemWords['serverAdvice'] = {
  'missing-licence': '没有提供许可密钥。请在地址中加上 ?license=您的密钥；密钥在控制台中创建。',
  'invalid-licence': '许可密钥不存在或已被吊销。请从控制台重新复制密钥。',
  'expired-token':
    '此页面的通话许可（浏览器令牌）已过期或被撤回。请重新加载页面再呼叫；如果没有帮助，请向页面的管理者或发送链接的人索取新的许可。',
  'origin-not-allowed': '此网站的页面不能使用该许可密钥。请把此网站加入密钥的允许来源。',
  'licence-reset': '此通话的许可密钥已被重置或吊销。请从控制台复制新密钥，然后重新呼叫。',
  'missing-avatar': '没有指定数字人。请在地址中加上 &avatarId=编号 或 &name=名称。',
  'avatar-not-found': '此项目中没有这个数字人。请在控制台的数字人列表中核对 avatarId 或名称。',
  'avatar-unreadable': '服务器无法读取此数字人的文件。请重新制作，或选择其他数字人。',
  'voice-unavailable': '无法连接此数字人的语音服务。请检查其密钥和额度，然后重新呼叫。',
  'insufficient-balance': '点数不足。请为项目充值，然后重新呼叫。',
  'connection-limit': '此许可的同时通话数已满。请先结束另一个通话，然后重试。',
  'daily-limit': '此许可今天的分钟数已用完，将从 UTC 零点起重新计算。',
  'no-capacity': '此服务器的名额已满。请约 10 秒后重试。',
  'backend-error': '服务器出了故障。请重新呼叫；如果再次发生，服务器日志会说明原因。',
  'worker-lost': '服务器上运行此通话的部分意外停止。请重新呼叫。',
  'message-too-large': '消息太大：图片最多 8 MiB，其他最多 256 KiB。请分段发送声音，并发送更小的 JPEG 图片。',
  'too-many-messages': '消息到达的速度远超对话所需。请以接近实时的速度发送声音。',
  'too-much-data': '发送的数据超过服务器为一次通话保留的上限。请更慢地或分成更小的部分发送文字和图片。',
  'slow-client': '网络连接跟不上通话。请检查网络，然后重新呼叫。',
  'server-closing': '服务器正在关闭。请稍候再呼叫。',
  'call-replaced': '通话已在新的连接上继续。',
  'call-time-limit': '与此数字人通话的最长时间已到。重新呼叫即可继续交谈。',
  'call-ended': '服务器结束了通话。',
};

export const chineseProblems: ProblemWords = { problems, serverAdvice };

/** The problem in other words; advice that the server gave itself and that is in none of its tables stays as it came. */
export function inWords(problem: CallProblem, words: ProblemWords | null): CallProblem {
  if (words === null) return problem;
  const { title, advice } = words.problems[problem.code];
  if (problem.advice === callProblem(problem.code).advice) return { ...problem, title, advice };
  const { serverCode } = problem;
  const known = serverCode !== null && Object.hasOwn(words.serverAdvice, serverCode);
  return { ...problem, title, advice: known ? words.serverAdvice[serverCode as ErrorCode] : problem.advice };
}
