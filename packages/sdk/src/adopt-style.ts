/**
 * Gives a page or shadow root a style of its own, and never throws. Browsers in which no sheet can be made by code (Safari before
 * 16.4) get it as a rule in a sheet that the page has loaded, which a content security policy without inline styles allows, and else
 * as a style element.
 */
export function adoptStyle(root: Document | ShadowRoot, style: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    if ([...root.styleSheets].reverse().some((sheet) => takesRule(sheet, `@media all { ${style} }`))) return;
    const element = globalThis.document.createElement('style');
    element.textContent = style;
    ('head' in root ? root.head : root).append(element);
  }
}

/** Sheets of other sites, and some that are loading still, take none. */
function takesRule(sheet: CSSStyleSheet, rule: string): boolean {
  try {
    sheet.insertRule(rule, sheet.cssRules.length);
    return true;
  } catch {
    return false;
  }
}
