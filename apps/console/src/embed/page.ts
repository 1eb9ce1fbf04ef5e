/** Puts the avatar of the address on the page: each parameter becomes the element's attribute of the same name. */

/** A frame calls this server, and holds its token in the address. */
const notPassedOn = ['server', 'token-url'];

const parameters = new URLSearchParams(globalThis.location.search);
document.documentElement.lang = parameters.get('lang') ?? globalThis.navigator.language;

const theme = parameters.get('theme');
if (theme === 'light' || theme === 'dark') document.documentElement.style.colorScheme = theme;

const avatar = document.createElement('visavis-avatar');
avatar.setAttribute('fill', '');
const known = globalThis.customElements.get('visavis-avatar') as { observedAttributes?: readonly string[] } | undefined;
for (const name of known?.observedAttributes ?? []) {
  const value = parameters.get(name);
  if (value !== null && !notPassedOn.includes(name)) avatar.setAttribute(name, value);
}
document.title = parameters.get('label') ?? 'Visavis';
document.body.append(avatar);
