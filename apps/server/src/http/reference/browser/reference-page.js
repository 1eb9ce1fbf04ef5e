// The page at /reference: the description of this server, read, tried out and called from code.
/* global SwaggerUIBundle */
import { sayThePage, speakForViewer } from './reference-words.js';

const SAMPLE_SERVER = 'https://avatars.example.org';

/** Code that calls a route, in one language at a time, above what the route answers. */
function withSamples(system) {
  const { React } = system;
  speakForViewer(React);
  const element = React.createElement;

  function Samples({ samples }) {
    const [chosen, choose] = React.useState(0);
    const tabs = samples.map(({ lang }, index) =>
      element(
        'button',
        { key: lang, type: 'button', role: 'tab', 'aria-selected': index === chosen, onClick: () => choose(index) },
        lang,
      ),
    );
    return element(
      'section',
      { className: 'samples' },
      element('h4', null, 'Code'),
      element('div', { role: 'tablist', 'aria-label': 'Language of the code' }, tabs),
      element('pre', { role: 'tabpanel', 'aria-label': 'Code', tabIndex: 0 }, samples[chosen].source),
    );
  }

  return {
    components: {
      // Each entry is one button: nothing inside it can be pressed by itself.
      DeepLink: ({ text }) => element('span', null, text),
      CopyToClipboardBtn: () => null,
    },
    wrapComponents: {
      responses: (Responses) => (props) => {
        const samples = system.specSelectors.specJson().getIn(['paths', props.path, props.method, 'x-codeSamples']);
        return element(
          React.Fragment,
          null,
          samples && element(Samples, { samples: samples.toJS() }),
          element(Responses, props),
        );
      },
    },
  };
}

sayThePage();
const answer = await fetch('/openapi.json');
const description = (await answer.text()).replaceAll(SAMPLE_SERVER, location.origin);
SwaggerUIBundle({
  spec: JSON.parse(description),
  domNode: document.getElementById('reference'),
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: -1,
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [withSamples],
  layout: 'BaseLayout',
  // Its colours are too faint to read.
  syntaxHighlight: { activated: false },
  validatorUrl: null,
});
