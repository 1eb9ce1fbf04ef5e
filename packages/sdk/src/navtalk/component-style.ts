/** The page's `style` attribute stands on the component itself and wins over what is said of `:host`. */
export const componentStyle = `
:host { display: block; position: fixed; inline-size: 300px; block-size: 570px; border-radius: 18px; box-shadow: 0 8px 32px rgb(0 0 0 / 35%); }
:host([hidden]) { display: none; }
.card { position: relative; inline-size: 100%; block-size: 100%; overflow: hidden; border-radius: inherit; background: #20223a; font: 16px/1.4 system-ui, sans-serif; }
.picture, .video { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: cover; object-position: 50% 25%; }
.picture:not([src]) { display: none; }
.video { opacity: 0; }
.card[data-shows-video] .video { opacity: 1; }
.button {
  position: absolute; inset-block-end: 8px; left: 50%; translate: -50%; min-inline-size: 96px; padding: 8px;
  display: flex; flex-direction: column; align-items: center; gap: 8px;
  border: 0; border-radius: 12px; background: transparent; color: #fff; font: inherit; cursor: pointer;
}
.button[aria-disabled='true'] { cursor: progress; }
.button:focus-visible, .unblock:focus-visible { outline: 3px solid #fff; outline-offset: 2px; }
.icon { inline-size: 44px; block-size: 44px; border-radius: 50%; }
svg.icon { padding: 10px; box-sizing: border-box; background: #1d8a4e; fill: none; stroke: #fff; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
[data-play='on'] svg.icon { background: #c62b39; rotate: 135deg; }
[data-play='connecting'] svg.icon { background: #5b5f7a; }
.text { font-size: 17px; text-align: center; text-shadow: 0 1px 3px rgb(0 0 0 / 80%); }
.notes { position: absolute; inset-inline: 8px; inset-block-start: 8px; display: grid; gap: 8px; }
.message, .unblock { margin: 0; padding: 8px 12px; border: 0; border-radius: 12px; background: rgb(0 0 0 / 75%); color: #fff; font: inherit; font-size: 14px; }
.unblock { padding: 12px; cursor: pointer; }
.message:empty, .unblock[hidden] { display: none; }
`;
