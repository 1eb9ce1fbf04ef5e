// The script that pages of NavTalk load, by the same names: a classic script that makes `<my-navtalk-component>` known.
import { defineMyNavtalkComponent } from '@visavis/sdk/navtalk';

const fileName = 'navtalk-web-sdk.umd.js';

/** The server that answers the calls is the one that the script came from. A module or an imported script is not told its address. */
function scriptAddress(): string {
  const { currentScript, baseURI } = document;
  if (currentScript instanceof HTMLScriptElement && currentScript.src !== '') return currentScript.src;
  return document.querySelector<HTMLScriptElement>(`script[src*="${fileName}"]`)?.src ?? baseURI;
}

const server = new URL(scriptAddress()).origin;
defineMyNavtalkComponent({ server, workletUrl: `${server}/embed/recorder-worklet.js` });
