/** Puts the avatar of the address on the page: each parameter becomes the element's attribute of the same name. */

const passedOn = [
  'license',
  'token',
  'avatar',
  'label',
  'language',
  'voice',
  'poster',
  'captions',
  'typing',
  'microphone',
];

const parameters = new URLSearchParams(globalThis.location.search);
document.documentElement.lang = parameters.get('lang') ?? globalThis.navigator.language;

const theme = parameters.get('theme');
if (theme === 'light' || theme === 'dark') document.documentElement.style.colorScheme = theme;

const avatar = document.createElement('visavis-avatar');
avatar.setAttribute('fill', '');
for (const name of passedOn) {
  const value = parameters.get(name);
  if (value !== null) avatar.setAttribute(name, value);
}
document.title = parameters.get('label') ?? 'Visavis';
document.body.append(avatar);
