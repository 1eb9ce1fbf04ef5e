// What the page says itself, in each language of the console; what describes the interfaces is in English, as the code is.

/** Where the browser keeps the language that was chosen in the console, on the talk page or here, as JSON. */
const LANGUAGE_KEY = 'visavis.language';

/** By the words of the viewer, which has no languages itself. */
const CHINESE = {
  'API reference · Visavis': '接口参考 · Visavis',
  Talk: '对话',
  Console: '控制台',
  'OpenAPI document': 'OpenAPI 文档',
  'Of this page': '本页链接',
  Language: '语言',
  Code: '代码',
  'Language of the code': '代码语言',
  Authorize: '授权',
  'Available authorizations': '可用的授权方式',
  Authorized: '已授权',
  Logout: '退出',
  Close: '关闭',
  Cancel: '取消',
  Reset: '重置',
  Clear: '清除',
  Execute: '发送',
  'Try it out ': '试一试',
  'Name: ': '名称:',
  'In: ': '位置:',
  'Value:': '值:',
  Name: '名称',
  Description: '说明',
  Details: '详情',
  Parameters: '参数',
  'No parameters': '没有参数',
  'Request body': '请求正文',
  'Request URL': '请求地址',
  Responses: '回答',
  'Server response': '服务器的回答',
  'Response body': '回答正文',
  Links: '链接',
  'Response headers': '回答的标头',
  'Response content type': '回答的内容类型',
  'No links': '没有链接',
  'Media type': '媒体类型',
  'Request duration': '用时',
  'Parameter content type': '参数的内容类型',
  'Example Value': '示例',
  Example: '示例',
  Schema: '结构',
  Model: '结构',
  Schemas: '结构',
  Examples: '示例',
  'Controls ': '决定标头 ',
  ' header.': '。',
  ' Undocumented ': '没有说明',
  Download: '下载',
  'Download file': '下载文件',
  'Send empty value': '发送空值',
  Errors: '错误',
  'Default value': '默认值',
  Servers: '服务器',
  required: '必填',
  'Failed to load API definition.': '无法载入接口说明。',
  'No API definition provided.': '没有接口说明。',
  'Copy to clipboard': '复制',
  'Available values': '可选的值',
  'Expand all': '全部展开',
  'Collapse all': '全部收起',
};

const WORDS = { en: {}, zh: CHINESE };
const TAGS = { en: 'en', zh: 'zh-CN' };

function chosenLanguage() {
  try {
    return localStorage.getItem(LANGUAGE_KEY)?.replaceAll('"', '');
  } catch {
    return undefined;
  }
}

export const language =
  [chosenLanguage(), ...navigator.languages]
    .map((tag) => tag?.toLowerCase().split('-', 1)[0])
    .find((tag) => tag !== undefined && Object.hasOwn(WORDS, tag)) ?? 'en';

/** The words in the page's language; the same words where there are no others. */
export function said(words) {
  return Object.hasOwn(WORDS[language], words) ? WORDS[language][words] : words;
}

/** Says what stands in the page already, and lets one choose. */
export function sayThePage() {
  document.documentElement.lang = TAGS[language];
  document.title = said(document.title);
  for (const part of document.querySelectorAll('[data-said]')) part.textContent = said(part.textContent);
  for (const part of document.querySelectorAll('[data-label-said]')) {
    part.setAttribute('aria-label', said(part.getAttribute('aria-label')));
  }
  const select = document.getElementById('language');
  select.value = language;
  select.addEventListener('change', () => {
    localStorage.setItem(LANGUAGE_KEY, JSON.stringify(select.value));
    location.reload();
  });
  // Chosen in another tab.
  addEventListener('storage', ({ key }) => key === LANGUAGE_KEY && location.reload());
}

const SPOKEN = ['title', 'placeholder', 'aria-label'];

/** Makes the viewer say its own words in the page's language, and tells screen readers and keyboards what it leaves out. */
export function speakForViewer(React) {
  const { createElement } = React;
  // Whatever the viewer shows goes through here on its way into the page.
  React.createElement = (type, props, ...children) => {
    const told = typeof type === 'string' && props ? { ...props, ...additions(type, props) } : props;
    if (told !== props) {
      for (const name of SPOKEN) if (typeof told[name] === 'string') told[name] = said(told[name]);
    }
    return createElement(type, told, ...children.map((child) => (typeof child === 'string' ? said(child) : child)));
  };
}

function additions(type, { className = '', 'aria-label': label }) {
  if (type === 'button' && className === 'close-modal') return { 'aria-label': 'Close' };
  // Its name is what stands on it.
  if (type === 'button' && (label === 'Apply credentials' || label === 'Remove authorization')) {
    return { 'aria-label': undefined };
  }
  if (type === 'pre') return { tabIndex: 0 };
  return {};
}
