import type { FailureTexts } from '../en/failure.ts';

export const zh: FailureTexts = {
  title: '此页面无法加载',
  advice: '其他部分仍可使用。请重新加载此页面；如果没有帮助，请检查网络连接。',
  reload: '重新加载',
  away: '服务器没有响应。请确认服务器正在运行且网络已连接，然后重试。',
};
