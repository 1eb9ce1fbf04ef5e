import { type CallProblem, callProblem, type ProblemCode } from '../call-problem.ts';

export type ProblemWords = Readonly<Record<ProblemCode, { readonly title: string; readonly advice: string }>>;

const typeUntilThen = '在此之前您可以打字。';

export const chineseProblems: ProblemWords = {
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
  'insecure-page': {
    title: '浏览器只允许安全页面使用麦克风。',
    advice: '请用 https:// 打开此页面，或在服务器本机上用 http://localhost 打开。您可以在此打字。',
  },
  'autoplay-blocked': { title: '在您点按页面之前，浏览器不会播放声音。', advice: '点按画面即可听到声音。' },
};

/** The problem in other words; advice that the server gave itself stays as it came. */
export function inWords(problem: CallProblem, words: ProblemWords | null): CallProblem {
  if (words === null) return problem;
  const { title, advice } = words[problem.code];
  return { ...problem, title, advice: problem.advice === callProblem(problem.code).advice ? advice : problem.advice };
}
