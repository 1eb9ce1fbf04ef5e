import { parseSync } from 'rolldown/utils';
import { describe, expect, it } from 'vitest';

type Node = { readonly type: string; readonly start: number } & Readonly<Record<string, unknown>>;

/** Properties of elements and of values that a person reads or hears. */
const shownProperties = new Set([
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'alt',
  'title',
  'placeholder',
  'label',
  'legend',
  'description',
  'error',
  'text',
  'note',
  'hint',
  'intro',
  'advice',
  'action',
  'what',
  'copyLabel',
  'message',
  'tooltip',
  'nothingFoundMessage',
  'onLabel',
  'offLabel',
  'emptyText',
  'summary',
  'heading',
  'caption',
]);

/** Two letters in a row are a word; proper names and commands are the same in every language. */
const isWord = (text: string) => /\p{L}{2}/u.test(text.replace(/Visavis|kbit\/s|\bms\b|https:\/\//g, ''));
/** Two words with a space between them, the first of which begins like a sentence. */
const isSentence = (text: string) => /^\p{Lu}[\p{L}’']*,? \p{L}+/u.test(text) || /\p{Script=Han}/u.test(text);

/** Words that stand in code where a person would see them, as `line: words`. */
function wordsIn(source: string, filename: string): string[] {
  const { program, errors } = parseSync(filename, source);
  expect(errors).toEqual([]);
  const found: string[] = [];
  const report = (node: Node, text: string) =>
    found.push(`${source.slice(0, node.start).split('\n').length}: ${text.trim()}`);
  /** What an expression may show: each of its branches. */
  const judge = (value: unknown, isShown: (text: string) => boolean): void => {
    const node = asNode(value);
    if (node === null) return;
    if (node.type === 'Literal' && typeof node.value === 'string' && isShown(node.value)) report(node, node.value);
    if (node.type === 'TemplateLiteral') {
      for (const { value: part } of node.quasis as { value: { cooked: string } }[]) {
        if (isShown(part.cooked)) report(node, part.cooked);
      }
    }
    if (node.type === 'ConditionalExpression')
      for (const branch of [node.consequent, node.alternate]) judge(branch, isShown);
    if (node.type === 'LogicalExpression') for (const branch of [node.left, node.right]) judge(branch, isShown);
    if (node.type === 'BinaryExpression' && node.operator === '+') {
      for (const branch of [node.left, node.right]) judge(branch, isShown);
    }
    if (['JSXExpressionContainer', 'TSAsExpression', 'ParenthesizedExpression'].includes(node.type)) {
      judge(node.expression, isShown);
    }
  };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const part of value) walk(part);
    const node = asNode(value);
    if (node === null) return;
    // Errors of ours are for developers; people are told by code.
    if (asNode(node.callee)?.type === 'Super') return;
    if (node.type === 'NewExpression' && /Error$|Problem$|Ended$|Answered$/.test(String(asNode(node.callee)?.name)))
      return;
    if (node.type.startsWith('TS') && !('expression' in node)) return;
    // Commands and code are the same in every language.
    if (node.type === 'JSXElement' && /^(code|pre)$/.test(nameOf(asNode(node.openingElement)))) return;
    if (node.type === 'JSXText' && isWord(String(node.value))) report(node, String(node.value));
    if (node.type === 'JSXElement' || node.type === 'JSXFragment') {
      for (const child of node.children as Node[]) if (child.type === 'JSXExpressionContainer') judge(child, isWord);
    }
    if (node.type === 'JSXAttribute' || node.type === 'Property') {
      const name = asNode(node.type === 'Property' ? node.key : node.name);
      if (shownProperties.has(String(name?.name ?? name?.value))) judge(node.value, isWord);
    }
    if (node.type === 'CallExpression' && asNode(node.callee)?.name === 'useDocumentTitle') {
      for (const given of node.arguments as Node[]) judge(given, isWord);
    }
    if (node.type === 'Literal' || node.type === 'TemplateLiteral') judge(node, isSentence);
    for (const part of Object.values(node)) walk(part);
  };
  walk(program);
  return [...new Set(found)];
}

function nameOf(opening: Node | null): string {
  return String(asNode(opening?.name)?.name);
}

function asNode(value: unknown): Node | null {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
    ? (value as Node)
    : null;
}

/** The console's sources by their paths from here. */
const sources = import.meta.glob<string>('../**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true });
/** What is no interface: dictionaries, tests and what they look at, the frame around the element, code to be copied. */
const exempt = /^\.\/|^\.\.\/(embed|testing)\/|\.test\.tsx?$|embed-snippets\.ts$/;

describe('words that people read', () => {
  it('stand in the dictionaries alone', () => {
    const files = Object.entries(sources).filter(([file]) => !exempt.test(file));
    expect(files.length).toBeGreaterThan(50);
    const found = files.flatMap(([file, source]) => wordsIn(source, file).map((words) => `${file}:${words}`));
    expect(found).toEqual([]);
  });

  it('are joined by the dictionaries, since languages write colons each in their own way', () => {
    const files = Object.entries(sources).filter(([file]) => !exempt.test(file));
    const joined = /\}: \$\{|^\s*\{[^{}\n]+\}: \{/m;
    expect(files.filter(([, source]) => joined.test(source)).map(([file]) => file)).toEqual([]);
  });

  it('are found wherever they may be shown', () => {
    const found = (code: string) => wordsIn(code, 'page.tsx').map((line) => line.replace(/^\d+: /, ''));
    expect(found('<p>Hello there</p>')).toEqual(['Hello there']);
    expect(found('<p>{you ? "You" : name}</p>')).toEqual(['You']);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code that is looked at.
    expect(found('<p>{name && `Call with ${name}`}</p>')).toEqual(['Call with']);
    expect(found('<Button aria-label="Close" className="big" />')).toEqual(['Close']);
    expect(found('<Select data={[{ value: "dark", label: "Dark" }]} />')).toEqual(['Dark']);
    expect(found('function status() { return "Call ended"; }')).toEqual(['Call ended']);
    expect(found('const words = "通话已结束";')).toEqual(['通话已结束']);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code that is looked at.
    expect(found('useDocumentTitle(`${name} · Settings`)')).toEqual(['· Settings']);
    expect(found('<p className="a b">{texts.title} · {count} ms</p>')).toEqual([]);
    expect(found('<pre>npm start</pre>')).toEqual([]);
    expect(found('throw new Error("There is no file to send.")')).toEqual([]);
  });
});
