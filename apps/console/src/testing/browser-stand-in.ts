/** What modules of the console look for in a browser as they are loaded. Tests import this file before them. */
Object.assign(globalThis, {
  window: {
    location: { pathname: '/console' },
    history: { state: null, pushState() {}, replaceState() {}, go() {} },
    addEventListener() {},
    scrollTo() {},
  },
  document: { styleSheets: [{ cssRules: [], insertRule() {} }] },
  location: new URL('http://visavis.example/console'),
});
