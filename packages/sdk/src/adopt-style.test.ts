import { afterEach, expect, it, vi } from 'vitest';
import { adoptStyle } from './adopt-style.ts';

const style = '.a { color: red; } @supports (width: 1cqw) { .a { color: blue; } }';

afterEach(() => vi.unstubAllGlobals());

/** Safari before 16.4. */
function forbidSheetsByCode(): void {
  const createElement = (name: string) => ({ name, textContent: '' });
  vi.stubGlobal('document', { createElement });
  vi.stubGlobal(
    'CSSStyleSheet',
    class {
      constructor() {
        throw new TypeError('Illegal constructor');
      }
    },
  );
}

function rootOf(styleSheets: object[]) {
  const added: object[] = [];
  const root = { styleSheets, append: (element: object) => added.push(element) };
  return { root: root as unknown as ShadowRoot, added };
}

it('adds a sheet to those of the page', () => {
  class Sheet {
    text = '';
    replaceSync(text: string): void {
      this.text = text;
    }
  }
  vi.stubGlobal('CSSStyleSheet', Sheet);
  const root = { adoptedStyleSheets: ['other'] };
  adoptStyle(root as unknown as Document, style);
  expect(root.adoptedStyleSheets).toEqual(['other', { text: style }]);
});

it('adds a rule to a sheet of the page where none can be made, passing over those that take none', () => {
  forbidSheetsByCode();
  const rules: string[] = ['.b {}'];
  const open = { cssRules: rules, insertRule: (rule: string, index: number) => rules.splice(index, 0, rule) };
  const foreign = {
    get cssRules(): never {
      throw new Error('SecurityError');
    },
  };
  const { root, added } = rootOf([open, foreign]);
  adoptStyle(root, style);
  expect(rules).toEqual(['.b {}', `@media all { ${style} }`]);
  expect(added).toEqual([]);
});

it('adds a style element where there is no sheet', () => {
  forbidSheetsByCode();
  const { root, added } = rootOf([]);
  adoptStyle(root, style);
  expect(added).toEqual([{ name: 'style', textContent: style }]);
});
