import { faceFrameStyle } from '../face-frame.ts';

/**
 * Style of the element. Pages adapt it by the custom properties `--visavis-accent`, `--visavis-radius`,
 * `--visavis-surface`, `--visavis-text`, and by parts. Light and dark follow the page's `color-scheme`.
 */
export const avatarStyle = `${faceFrameStyle}
:host {
  --accent: var(--visavis-accent, #0f766e);
  --surface: var(--visavis-surface, #ffffff);
  --text: var(--visavis-text, #16211f);
  --line: #d5dad8;
  --muted: #55615e;
  display: block;
  box-sizing: border-box;
  inline-size: 100%;
  max-inline-size: 28rem;
  color: var(--text);
  font: 400 1rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", sans-serif;
}
@supports (color: light-dark(#000, #fff)) {
  :host {
    --accent: var(--visavis-accent, light-dark(#0f766e, #2dd4bf));
    --surface: var(--visavis-surface, light-dark(#ffffff, #18201e));
    --text: var(--visavis-text, light-dark(#16211f, #e8eeec));
    --line: light-dark(#d5dad8, #34403d);
    --muted: light-dark(#55615e, #a3b0ac);
  }
}
:host([hidden]) { display: none; }
:host([fill]) { max-inline-size: none; block-size: 100%; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.frame {
  display: flex;
  flex-direction: column;
  block-size: 100%;
  overflow: hidden;
  background: var(--surface);
  border: 1px solid var(--line);
  border-radius: var(--visavis-radius, 1rem);
}
:host([fill]) .frame { border: 0; border-radius: var(--visavis-radius, 0); }
.stage {
  position: relative;
  flex: none;
  aspect-ratio: 1;
  overflow: hidden;
  background: radial-gradient(circle at 50% 35%, #2c3a37, #121817);
}
:host([fill]) .stage { flex: 1 1 0; min-block-size: 9rem; aspect-ratio: auto; }
.stage { --face-clear-top: 2.5rem; --face-clear-bottom: 4.75rem; }
.face-backdrop:not([src]) { display: none; }
@container (max-height: 16rem) {
  .face-picture { --clear-top: 0.25rem; --clear-bottom: 4.25rem; }
  .stage .start { inset-block-end: 0.75rem; }
}
video { transition: filter 0.4s; }
.frame[data-lost] video { filter: grayscale(70%) brightness(60%); }
@media (prefers-reduced-motion: reduce) { video { transition: none; } }
.status, .start, .unblock, .foot { position: absolute; }
.status {
  inset-block-start: 0.75rem;
  inset-inline-start: 0.75rem;
  margin: 0;
  padding: 0.15rem 0.7rem;
  border-radius: 1rem;
  background: rgb(10 16 15 / 72%);
  color: #ffffff;
  font-size: 0.85rem;
}
.status:empty { display: none; }
button { font: inherit; cursor: pointer; }
button:focus-visible, input:focus-visible, .captions:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.start, .unblock {
  inset-inline-start: 50%;
  inset-block-end: 1.25rem;
  translate: -50% 0;
  inline-size: max-content;
  max-inline-size: calc(100% - 2rem);
  padding: 0.7rem 1.5rem;
  border: 0;
  border-radius: 2rem;
  background: #ffffff;
  color: #0b4f49;
  font-weight: 600;
  box-shadow: 0 4px 18px rgb(0 0 0 / 35%);
}
.unblock { inset-block-end: 5rem; }
.foot { inset-block-end: 1rem; inset-inline: 0; display: flex; justify-content: center; gap: 0.75rem; }
.round {
  display: grid;
  place-items: center;
  inline-size: 3rem;
  block-size: 3rem;
  padding: 0;
  border: 0;
  border-radius: 50%;
  background: rgb(10 16 15 / 72%);
  color: #ffffff;
}
.round[data-kind="hang-up"] { background: #c22a2a; }
.round[aria-pressed="true"] { background: #ffffff; color: #8c1d1d; }
.stage :focus-visible { outline-color: #ffffff; box-shadow: 0 0 0 6px #0b4f49; }
svg { inline-size: 1.4rem; block-size: 1.4rem; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.problem {
  display: flex;
  align-items: start;
  gap: 0.5rem;
  padding: 0.75rem 1rem;
  font-size: 0.92rem;
}
.problem:not([hidden]) + .captions { border-block-start: 1px solid var(--line); }
.problem p { margin: 0; flex: 1; overflow-wrap: anywhere; }
.problem strong { display: block; }
.plain { padding: 0 0.4rem; border: 0; background: none; color: var(--muted); text-decoration: underline; }
.captions {
  margin: 0;
  padding: 0.75rem 1rem;
  block-size: 9.5rem;
  overflow-y: auto;
  font-size: 0.95rem;
}
:host([fill]) .captions { block-size: auto; max-block-size: 30%; }
.captions ol { margin: 0; padding: 0; list-style: none; }
.captions li { margin-block-end: 0.5rem; overflow-wrap: anywhere; }
.captions b { display: block; color: var(--muted); font-size: 0.78rem; font-weight: 600; }
.captions li[data-speaker="avatar"] b { color: var(--accent); }
form { display: flex; gap: 0.5rem; padding: 0.75rem; border-block-start: 1px solid var(--line); }
input {
  flex: 1;
  min-inline-size: 0;
  padding: 0.55rem 0.9rem;
  border: 1px solid var(--line);
  border-radius: 2rem;
  background: transparent;
  color: inherit;
  font: inherit;
}
input::placeholder { color: var(--muted); opacity: 1; }
form button {
  padding: 0.55rem 1.1rem;
  border: 0;
  border-radius: 2rem;
  background: var(--accent);
  color: var(--visavis-on-accent, #ffffff);
  font-weight: 600;
}
@supports (color: light-dark(#000, #fff)) {
  form button { color: var(--visavis-on-accent, light-dark(#ffffff, #06201d)); }
}
`;
