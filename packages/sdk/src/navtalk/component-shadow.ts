import { adoptStyle } from '../adopt-style.ts';
import { componentStyle } from './component-style.ts';
import type { ComponentView } from './component-view.ts';

const telephone = 'M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1.1 1A16 16 0 0 1 4 5.1 1 1 0 0 1 5 4Z';

/** The component's inside: made once, then changed to show a view. Texts and addresses of the page are set, never read as HTML. */
export class ComponentShadow {
  readonly video: HTMLVideoElement;
  readonly #card = make('div', 'card');
  readonly #picture = make('img', 'picture');
  readonly #button = make('button', 'button');
  readonly #ownIcon = telephoneIcon();
  readonly #pageIcon = make('img', 'icon');
  readonly #text = make('span', 'text');
  readonly #notes = make('div', 'notes');
  readonly #message = make('p', 'message');
  readonly #unblock = make('button', 'unblock');

  constructor(root: ShadowRoot, actions: { play(): void; unblockSound(): void }) {
    this.video = make('video', 'video');
    this.video.playsInline = true;
    this.video.autoplay = true;
    this.#picture.alt = '';
    this.#pageIcon.alt = '';
    this.#button.type = 'button';
    this.#unblock.type = 'button';
    this.#notes.setAttribute('role', 'alert');
    this.#notes.append(this.#message, this.#unblock);
    this.#button.append(this.#ownIcon, this.#pageIcon, this.#text);
    this.#button.addEventListener('click', () => actions.play());
    // A tap anywhere will do, and the button's key.
    this.#card.addEventListener('click', () => actions.unblockSound());
    this.#card.append(this.#picture, this.video, this.#notes, this.#button);
    adoptStyle(root, componentStyle);
    root.append(this.#card);
  }

  show(view: ComponentView, videoLabel: string): void {
    this.#card.dataset.play = view.play;
    this.#card.toggleAttribute('data-shows-video', view.showsVideo);
    this.video.setAttribute('aria-label', videoLabel);
    // A button that is disabled loses the focus of whoever has just pressed it.
    this.#button.setAttribute('aria-disabled', String(view.isButtonOff));
    setSource(this.#picture, view.picture);
    setSource(this.#pageIcon, view.buttonIcon);
    this.#pageIcon.hidden = view.buttonIcon === '';
    this.#ownIcon.style.display = view.buttonIcon === '' ? '' : 'none';
    setText(this.#text, view.buttonText);
    setText(this.#message, view.message);
    const hadFocus = this.#unblock.matches(':focus');
    setText(this.#unblock, view.unblockText);
    this.#unblock.hidden = view.unblockText === '';
    if (hadFocus && this.#unblock.hidden) this.#button.focus();
    setStyle(this.#button, view.styles.button);
    setStyle(this.#pageIcon, view.styles.icon);
    setStyle(this.#text, view.styles.text);
  }
}

function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, name: string): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.className = name;
  element.setAttribute('part', name);
  return element;
}

function telephoneIcon(): SVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(namespace, 'path');
  line.setAttribute('d', telephone);
  svg.append(line);
  return svg;
}

function setSource(image: HTMLImageElement, address: string): void {
  if ((image.getAttribute('src') ?? '') === address) return;
  if (address === '') image.removeAttribute('src');
  else image.src = address;
}

function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** By the object model, which a content security policy without inline styles allows. */
function setStyle(element: HTMLElement, style: string): void {
  if (element.dataset.given === style) return;
  element.dataset.given = style;
  element.style.cssText = style;
}
