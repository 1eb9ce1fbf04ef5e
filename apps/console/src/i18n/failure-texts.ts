import type { Language } from './current-language.ts';

/** What is said when a page, or a part of it, cannot be shown: at hand before any dictionary is loaded. */
export const failureTexts = {
  en: {
    title: 'This page could not be loaded',
    advice: 'The rest still works. Load the page anew; if that does not help, check your connection.',
    reload: 'Reload',
    away: 'The server does not answer. Check that it is running and that you are online, then try again.',
  },
  zh: {
    title: '此页面无法加载',
    advice: '其他部分仍可使用。请重新加载此页面；如果没有帮助，请检查网络连接。',
    reload: '重新加载',
    away: '服务器没有响应。请确认服务器正在运行且网络已连接，然后重试。',
  },
} satisfies Record<Language, Readonly<Record<'title' | 'advice' | 'reload' | 'away', string>>>;
