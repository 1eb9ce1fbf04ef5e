/** The pages in the order of the side bar. Every page of the site stands here once: what does not is not published. */
export const NAVIGATION = [
  {
    text: 'Start',
    items: [
      { text: 'Quick start', link: '/quick-start' },
      { text: 'Moving from NavTalk', link: '/migration' },
      { text: 'Questions and answers', link: '/faq' },
      { text: 'Glossary', link: '/glossary' },
    ],
  },
  {
    text: 'Build with it',
    items: [
      { text: 'Put it on your site', link: '/embedding' },
      { text: 'SDK', link: '/sdk' },
      { text: 'Examples', link: '/examples/' },
      { text: 'Talk page', link: '/talk-page' },
      { text: 'Console', link: '/console/' },
      { text: 'Avatars', link: '/avatars' },
      { text: 'Films', link: '/films' },
      { text: 'Voice providers', link: '/providers' },
      { text: 'REST', link: '/rest-api' },
      { text: 'Tools', link: '/tools' },
      { text: 'Webhooks', link: '/webhooks' },
      { text: 'Protocol', link: '/protocol' },
      { text: 'OpenAI’s clients', link: '/openai-realtime' },
      { text: 'Compatibility', link: '/compatibility' },
    ],
  },
  {
    text: 'Run it',
    items: [
      { text: 'Deployment', link: '/deployment' },
      { text: 'Command line', link: '/command-line' },
      { text: 'Data', link: '/data' },
      { text: 'Accounts', link: '/accounts' },
      { text: 'A person answers', link: '/operator' },
      { text: 'Local models', link: '/local-models' },
      { text: 'Turn detection', link: '/turn-detection' },
      { text: 'Media', link: '/media-webrtc' },
      { text: 'Benchmarks', link: '/benchmarks' },
    ],
  },
  {
    text: 'Extend it',
    items: [
      { text: 'Architecture', link: '/architecture' },
      { text: 'Add a voice', link: '/add-a-voice' },
      { text: 'Add a wire protocol', link: '/add-a-wire-protocol' },
      { text: 'Add a face engine', link: '/add-a-face-engine' },
      { text: 'Lips from speech', link: '/articulation' },
      { text: 'Contributing', link: '/contributing' },
    ],
  },
  {
    text: 'Reference',
    items: [
      { text: 'Messages', link: '/reference/messages' },
      { text: 'SDK', link: '/reference/sdk' },
    ],
  },
  {
    text: 'Safety and law',
    items: [
      { text: 'Security', link: '/security' },
      { text: 'Threat model', link: '/threat-model' },
      { text: 'ASVS', link: '/asvs' },
      { text: 'Licences', link: '/licences' },
      { text: 'Changelog', link: '/changelog' },
    ],
  },
];
