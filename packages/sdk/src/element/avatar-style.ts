import { faceFrameStyle } from '../face-frame.ts';

/**
 * Style of the element. Pages adapt it by the custom properties `--visavis-accent`, `--visavis-radius`,
 * `--visavis-surface`, `--visavis-text`, and by parts. Light and dark follow the page's `color-scheme`.
 */
export const avatarStyle = `${faceFrameStyle}
:host {
  --accent: var(--visavis-accent, #186a60);
  --surface: var(--visavis-surface, #ffffff);
  --text: var(--visavis-text, #18211f);
  --line: #d8dad7;
  --muted: #566360;
  display: block;
  box-sizing: border-box;
  inline-size: 100%;
  max-inline-size: 28rem;
  color: var(--text);
  font: 400 1rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", sans-serif;
}
@supports (color: light-dark(#000, #fff)) {
  :host {
    --accent: var(--visavis-accent, light-dark(#186a60, #7fd6c5));
    --surface: var(--visavis-surface, light-dark(#ffffff, #181f1e));
    --text: var(--visavis-text, light-dark(#18211f, #e9efed));
    --line: light-dark(#d8dad7, #303a38);
    --muted: light-dark(#566360, #9dada8);
  }
}
/* Mixed from the page's own colours, so that words on them stay readable in any. */
@supports (color: color-mix(in srgb, #000, #fff)) {
  :host {
    --sunken: color-mix(in srgb, var(--text) 7%, transparent);
    --accent-soft: color-mix(in srgb, var(--accent) 15%, transparent);
  }
}
:host([hidden]) { display: none; }
:host([fill]) { max-inline-size: none; block-size: 100%; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.frame {
  position: relative;
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
  padding: 0.25rem 0.8rem;
  border-radius: 1rem;
  background: rgb(16 23 22 / 72%);
  color: #ffffff;
  font-size: 0.85rem;
  font-weight: 550;
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
  background: var(--visavis-accent, #186a60);
  color: var(--visavis-on-accent, #ffffff);
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
  background: #f7faf9eb;
  color: #1b2422;
}
.round[data-off="true"] { background: #1b2422d9; color: #ffffff; }
.round[data-kind="hang-up"] { inline-size: 4rem; border-radius: 2rem; background: #c3343b; color: #ffffff; }
.label { display: none; max-inline-size: 100%; overflow: hidden; font-size: 0.6875rem; font-weight: 600; line-height: 1; text-overflow: ellipsis; white-space: nowrap; }
@media (hover: none) {
  .round, .round[data-kind="hang-up"] { grid-auto-flow: row; place-content: center; gap: 0.15rem; inline-size: 5rem; block-size: 3.25rem; padding-inline: 0.25rem; border-radius: 1.25rem; }
  .label { display: block; }
}
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
.captions ol { display: flex; flex-direction: column; gap: 0.6rem; margin: 0; padding: 0; list-style: none; }
.captions li { display: grid; gap: 0.15rem; max-inline-size: 88%; justify-items: start; }
.captions li[data-speaker="user"] { align-self: end; justify-items: end; }
.captions b { color: var(--muted); font-size: 0.75rem; font-weight: 600; }
.captions li span { padding: 0.5rem 0.85rem; border-radius: 1.1rem 1.1rem 1.1rem 0.4rem; background: var(--sunken, transparent); overflow-wrap: anywhere; }
.captions li[data-speaker="user"] span { border-radius: 1.1rem 1.1rem 0.4rem; background: var(--accent-soft, transparent); }
.said { position: absolute; inline-size: 1px; block-size: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
form { position: relative; padding: 0.75rem; border-block-start: 1px solid var(--line); }
input {
  inline-size: 100%;
  padding: 0.7rem 3.4rem 0.7rem 1.1rem;
  border: 1px solid var(--line);
  border-radius: 2rem;
  background: transparent;
  color: inherit;
  font: inherit;
}
input::placeholder { color: var(--muted); opacity: 1; }
form button {
  position: absolute;
  inset-block-start: 50%;
  inset-inline-end: 1.1rem;
  display: grid;
  place-items: center;
  inline-size: 2.25rem;
  block-size: 2.25rem;
  padding: 0;
  translate: 0 -50%;
  border: 0;
  border-radius: 50%;
  background: var(--accent);
  color: var(--visavis-on-accent, #ffffff);
}
@supports (color: light-dark(#000, #fff)) {
  form button { color: var(--visavis-on-accent, light-dark(#ffffff, #06201d)); }
}
`;
