/**
 * What a server must do so that the published clients of NavTalk run against it with nothing changed but the host: one entry for each
 * client and matter (19), for each question on which clients or their documents disagree (20), and for each check of acceptance (22).
 * Tests cite them by id.
 */
export type Requirement = {
  /** `20.6`, or client and matter in chapter 19: `19.ios.needs`. */
  readonly id: string;
  /** What must hold. */
  readonly sentence: string;
  /** Whose clients want it; left out where it concerns several. */
  readonly client?: string;
};

type Matter = 'first' | 'needs' | 'ice' | 'tools' | 'traps';

export const CHAPTERS = {
  19: 'Client by client',
  20: 'Where clients disagree',
  22: 'Acceptance',
} as const;

function ofClient(key: string, client: string, matters: Readonly<Partial<Record<Matter, string>>>): Requirement[] {
  return Object.entries(matters).map(([matter, sentence]) => ({ id: `19.${key}.${matter}`, client, sentence }));
}

function numbered(chapter: 20 | 22, sentences: readonly string[]): Requirement[] {
  return sentences.map((sentence, index) => ({ id: `${chapter}.${index + 1}`, sentence }));
}

const TOOLS_AT_ONCE =
  'Tools that it sends as soon as its socket is open, before anything is said to it, count in the first reply.';
const CONFIG_AT_ONCE = 'Configuration that it sends as soon as its socket is open counts in the first reply.';
const DEAF_TO_CANDIDATES = 'It applies none of our candidates, and is reached all the same: the offer has them all.';
const HEARS_CANDIDATES = 'It applies candidates that come one by one; each says its `sdpMid` and its `sdpMLineIndex`.';
const RETURNS_NOTHING = 'It never sends back what a tool gave, and the talk goes on.';
const RETURNS_RESULTS = 'A result of a tool, and `response.create` behind it, are answered once.';

const CLIENTS: readonly Requirement[] = [
  ...ofClient('js', 'JavaScript SDK', {
    first: TOOLS_AT_ONCE,
    needs:
      'The look-up gives pages of any origin a picture and a provider; success has `data`; `session.updated` comes once by itself; a call of a tool has `raw_data.name`.',
    ice: DEAF_TO_CANDIDATES,
    tools: RETURNS_NOTHING,
    traps: 'ICE stays `connected`, so the server is no ICE-lite; a refusal has a sentence that can be shown.',
  }),
  ...ofClient('ios', 'iOS SDK', {
    first: TOOLS_AT_ONCE,
    needs:
      'The look-up gives an absolute address and a provider; the `urls` of ICE servers are arrays; success comes before the offer; H.264 is offered; the connection stands within 15 seconds.',
    ice: HEARS_CANDIDATES,
    tools: RETURNS_NOTHING,
    traps:
      'An answer has its description at top level, success its `session_id`; the first offer has both tracks, and none comes later.',
  }),
  ...ofClient('android', 'Android SDK', {
    first: TOOLS_AT_ONCE,
    needs:
      'The look-up gives a picture and a provider; the `urls` of ICE servers are arrays; every frame has a `type`.',
    ice: DEAF_TO_CANDIDATES,
    tools: RETURNS_NOTHING,
    traps:
      'A history that it wrote into one text is taken, and so is sound with sequence numbers; there is one offer; every frame is JSON.',
  }),
  ...ofClient('clinic', 'ClinicApp', {
    first: CONFIG_AT_ONCE,
    needs: 'Every piece of a transcript has the id of its reply.',
    ice: HEARS_CANDIDATES,
    tools: RETURNS_RESULTS,
    traps:
      'Its `response.create` behind `session.updated` brings one greeting; `audio.done`, two seconds after which it hangs up, comes when the goodbye has been heard.',
  }),
  ...ofClient('recruitment', 'Recruitment-App', {
    first: 'Configuration with tools that it sends as soon as its socket is open counts in the first reply.',
    needs:
      'Every piece of a transcript has the id of its reply; its key may be set to have the arguments of tools as text.',
    ice: HEARS_CANDIDATES,
    tools: RETURNS_NOTHING,
    traps: 'Its `response.create` behind `session.updated` brings one greeting.',
  }),
  ...ofClient('hotel', 'Hotel-Front-Desk-Receptionist', {
    first: 'It says nothing before `session.created`, which comes all the same.',
    needs: 'A call of a tool has `name`; pieces of a transcript have `id` and `content`.',
    ice: HEARS_CANDIDATES,
    tools: RETURNS_RESULTS,
    traps:
      '`session.update` is answered; an offer that it makes in mid-call is answered; `model` in the address is taken; a refusal comes as an event that it knows.',
  }),
  ...ofClient('esl', 'Real-Life-ESL-Tutor', {
    first: 'It says nothing before `session.created`, which comes all the same.',
    needs: 'A call of a tool has `name`; pieces of a transcript have `id`.',
    ice: HEARS_CANDIDATES,
    tools: RETURNS_RESULTS,
    traps:
      'No `audio.delta` comes unasked, which it would play beside the track; no `error` comes while the call can go on; turns that it repeats behind each `session.update` count once.',
  }),
  ...ofClient('wordpress', 'WordPress plugin', {
    first: CONFIG_AT_ONCE,
    needs:
      'The list of avatars has the integer code 200 and the status `SUCCESS`; pieces of a transcript have `content`.',
    ice: HEARS_CANDIDATES,
    tools: RETURNS_NOTHING,
    traps: 'An offer that it makes is answered; its key need not be encoded in the address.',
  }),
  ...ofClient('html', 'HTML and Vue samples', {
    first: 'It may configure at once, or not at all: `session.updated` comes either way.',
    needs: 'What the JavaScript SDK needs.',
    ice: HEARS_CANDIDATES,
    tools: RETURNS_NOTHING,
    traps:
      'A configuration in mid-call brings no second `session.updated`, on which it would open a second microphone.',
  }),
  ...ofClient('expo', 'Expo sample', {
    first: TOOLS_AT_ONCE,
    needs: 'Success comes, then an offer that has the candidates.',
    ice: DEAF_TO_CANDIDATES,
    tools: RETURNS_NOTHING,
  }),
  ...ofClient('flutter', 'Flutter sample', {
    first: TOOLS_AT_ONCE,
    needs: '`data` is an object in every event; there is at least one ICE server.',
    ice: DEAF_TO_CANDIDATES,
    tools: RETURNS_NOTHING,
  }),
  ...ofClient('transparency', 'Speech of one’s own', {
    needs: '`model=transparency` speaks the sound that is sent; ICE servers can be asked for.',
    ice: HEARS_CANDIDATES,
    traps: 'Clear and commit count; sound that comes much faster than it is spoken is kept whole.',
  }),
  ...ofClient('livekit', 'LiveKit plugin', {
    needs: '`audioBack=true` brings the sound of a reply; sound at top level without a prefix is taken.',
    ice: 'It applies none of our candidates and trickles none of its own: its answer has them all.',
    traps: 'An answer by another WebRTC stack, with all candidates in it, connects.',
  }),
  ...ofClient('v1', 'Clients of the first protocol', {
    first: '`session.update` behind `session.created` counts.',
    needs:
      'Events come un-prefixed and unwrapped, on each of the paths; the offer comes behind `create`, on the other socket; a picture stands under the name of the avatar.',
    ice: 'It applies our candidates; no list of ICE servers reaches it, so the offer has them all.',
    tools:
      'Whatever tool it was, `/api/realtime_function_call` gives a result; that is answered once, although the Flutter sample asks for no reply.',
    traps: 'Its two sockets find each other, whichever opens first, and end together.',
  }),
];

const DISAGREEMENTS = numbered(20, [
  'Configuration may come in the address, in `input_config`, in `session.update` and from the avatar’s record; the later goes before the earlier, and an empty text overrides nothing.',
  'The body of a configuration may be JSON text, an object, or keys in `data`.',
  '`prompt` and `instructions` are one.',
  'Tools may come in `input_function_call`, in a configuration or in `session.update`; `properties` as an array are put right.',
  'The name of a tool stands in `name`, in `function_name` and in `raw_data.name`.',
  'Arguments of a tool come as an object, as pieces of text before it, and as text in `raw_data`; a key may be set to have text.',
  'A tool’s result may come as an item with `response.create`, as `function_call_output` with `reply`, or not at all.',
  'Sound may come prefixed or not, in `data` or at top level, with or without a sequence number.',
  'A piece of a transcript has `content` and `delta`, `id` and `response_id`, with equal values.',
  'A whole transcript has `content` and `transcript`.',
  'What the user said stands in `data.content`, in `data.transcript` and at top level.',
  'A text for people stands at top level and in `data`.',
  'Ends are `conversation.connected.…` in the second protocol and `session.…` in the first.',
  'A refused key is told in an event and then by the close frame; in the first protocol by the close reason.',
  'Used-up points are an event, then a close frame with the reason `Insufficient points`.',
  'All candidates stand in the offer, and come one by one besides.',
  'The `urls` of an ICE server are an array.',
  'The id of a session stands in `sessionId` and in `session_id`.',
  'An offer of the client is answered, with the description in `data` and at top level.',
  'The sound of a reply comes over the socket only for `audioBack=true`.',
  'There is one greeting: asked for, or unasked after a second, never both.',
  'The first protocol is served at each of its paths.',
  'The sockets of the first protocol are paired by key and address, whatever ids they name.',
  '`/generate` wants a key.',
  'An avatar’s status is `SUCCESS` in lists and `Success` by itself.',
  'An avatar is made from a picture or from a film.',
  'Updating and deleting an avatar are answered in their own words.',
  'The key is read from the query, from a header, as `apikey`, and from a body.',
  'History may be one item for each turn, one item with many parts, or a text.',
  'An item without `response.create` is never answered.',
  'The user’s speech is told by its start, its stop and its words, also where there were none.',
  'An avatar may be named by `avatarId`, `name`, `characterName` or `character`.',
  '`audio.done` comes when the reply has been played.',
  'Typed text may come as an item with `response.create`, or as `input_text`.',
  'Every avatar and every voice that a sample names leads to one of ours.',
]);

const ACCEPTANCE = numbered(22, [
  'The web component runs by its host attributes alone, shows the picture, and replays the talk in a second call of the page.',
  'A client like iOS is served: H.264 alone, no `urls` as text, descriptions at top level, no offer before success.',
  'A client like Android is served: deaf to our candidates, history in a text, a `type` and valid JSON in every frame.',
  'ClinicApp greets once, and hangs up by `end_conversation` when the goodbye has been heard.',
  'The Recruitment-App brings its tools by configuration, and greets once.',
  'Hotel and ESL work by `session.update`, by typed text and by an offer of their own, and ESL sounds once.',
  'The WordPress plugin filters the list, shows picture and film, and calls from its floating window.',
  'The Flutter sample gets an object in `data` of every event, and ICE servers.',
  'HTML, Android, iOS and Flutter clients of the first protocol run over both sockets with their own ids; iOS finds the answer in `response.done`.',
  'Half a minute of sound that is pushed in a second is spoken whole; clearing it stops the mouth within 200 ms.',
  'A client like the LiveKit plugin answers without trickling, sends bare sound and gets the sound back.',
  'A wrong key, an unknown avatar, no points, a limit that is reached and no room are each told by their event, then by the close frame.',
  'All nine ways of `/generate` and `query_status` work, and the open REST interface by either place of its key from a page elsewhere.',
  'A Java proxy that changes the key, passes text alone and loses close codes may stand before the first protocol.',
]);

export const REQUIREMENTS: readonly Requirement[] = [...CLIENTS, ...DISAGREEMENTS, ...ACCEPTANCE];
