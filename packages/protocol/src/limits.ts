const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * Every limit on what comes from outside, in one place: REST bodies, socket messages, stored records, and what a voice
 * provider sends. A door checks them before it works on what it was given; a media worker checks them again, because a
 * message that crosses a process border is data from outside once more. `docs/protocol.md` prints this table.
 *
 * Each number is well above what a published client sends, and low enough that one caller, trying hard, takes neither a
 * second of anybody's processor nor a noticeable part of the memory.
 */
export const LIMITS = {
  /** Trees: JSON, however it came. */
  tree: {
    /** Objects and arrays inside one another, in any JSON. A recursive walk of a few thousand overflows the stack, here or in a worker. */
    depth: 64,
    /** The same of a tool's `parameters`: one property inside another takes two. */
    toolDepth: 32,
    /** Objects, arrays and plain values of one JSON text together. A tree costs far more memory than its text. */
    values: 20_000,
    /** The same of one tool's `parameters`. */
    toolValues: 4000,
    /** Characters of a key. */
    keyCharacters: 256,
  },

  /** Texts, in UTF-16 units as `length` counts them. */
  characters: {
    /** Of an avatar, project, key or person. */
    name: 80,
    /** Provider, model, voice, and other words that are chosen from a list. */
    word: 120,
    /** A BCP 47 tag. */
    language: 35,
    prompt: 100_000,
    knowledge: 100_000,
    /** What the avatar says first; spoken in about five minutes. */
    firstMessage: 5000,
    toolName: 64,
    toolDescription: 4000,
    /** JSON of one tool's `parameters`, and of all tools of an avatar or a call. */
    toolParametersJson: 32 * KIB,
    toolsJson: 256 * KIB,
    /** One typed message of a user, or one turn of a history. */
    userText: 32_000,
    /** One text to be spoken word for word: about ten minutes, as much as the sound of a reply may wait. */
    spokenText: 10_000,
    /** Of `response.create`: some clients put their whole prompt there. */
    instructions: 100_000,
    toolResult: 100_000,
    /** Id of a tool call. */
    callId: 256,
    /** Id of a text to be spoken. */
    utteranceId: 120,
    /** A session description; those of browsers have 2,000 to 12,000. */
    sdp: 64 * KIB,
    /** A line of a description: parsers of it are made for short ones. */
    sdpLine: 4096,
    candidate: 1024,
    /** `sdpMid`. */
    mediaId: 64,
    /** A parameter of a call's address. */
    parameter: 512,
    /** Address of a picture or of a webhook's receiver. */
    url: 2000,
    email: 254,
    password: 200,
    passwordAtLeast: 10,
    /** A token out of a mail, or a page's cursor. */
    token: 200,
    /** A web origin: a host name has at most 253. */
    origin: 260,
    /** What is searched for, and notes on an entry. */
    note: 200,
    /** An answer to choose from, and a line of a talk that goes on as operators are shown it. */
    snippet: 1000,
    shownLine: 4000,
    /** What somebody adds to the rating of a call. */
    ratingText: 1000,
    voiceSample: 300,
    /** A key at a service for voices; some are signed tokens. */
    serviceKey: 1000,
    /** Text of one reply, as a voice provider writes it. */
    replyText: 100_000,
    /** Text of one message in the record of a talk; arguments of one call of a tool. */
    recordedMessage: 120_000,
    /** Of what is told to a client about a message that was ignored. */
    reportedDetail: 300,
  },

  counts: {
    /** Tools of an avatar or a call. */
    tools: 128,
    /** Texts in one history item. */
    itemTexts: 500,
    /** History items that wait for a `response.create`, or for the talk to begin. */
    heldItems: 200,
    /** Requests for a reply that wait for the talk to begin. */
    deferredRequests: 16,
    /** Texts of the user that are remembered (by their digest) to recognise a replayed history. */
    knownTexts: 1000,
    /** Events of a call's media that wait while the call is announced. */
    earlyEvents: 100,
    /** Replies, and tool calls, of one call that are under way at once. */
    openReplies: 16,
    openToolCalls: 128,
    /** Descriptions and candidates that one call takes: each is work for the transport. */
    descriptions: 200,
    candidates: 1000,
    /** Fields of a form or of a query. */
    formFields: 200,
    /** Sites that may use a key. */
    allowedOrigins: 50,
    /** Frames of one socket message, and reads of the network for one. Each costs memory of its own, however small it is. */
    fragments: 1024,
    pieces: 16_384,
    /** Requests on one connection, which then closes: all that were sent at once are worked on at once. */
    requestsPerConnection: 1000,
    /** Days, the first and the last included, whose usage one request tells. */
    usageDays: 401,
    /** Connections of a project's operators to the broker, and of all; topics that one of them reads. */
    operatorConnections: 20,
    allOperatorConnections: 500,
    operatorTopics: 50,
    /** Answers that members of a project may choose from. */
    snippets: 50,
    /** What was said last in a talk that goes on, as its operators are shown it. */
    shownLines: 60,
    /** Talks that go on, as one request tells them. */
    shownTalks: 200,
    /** Talks that are deleted or exported by one request. */
    chosenTalks: 100,
    /** Projects of others that one may be a member of. */
    joinedProjects: 200,
    /** Upload links of a project that wait for their files, and all that have not expired. */
    openUploadLinks: 20,
    uploadLinks: 500,
    /** Servers of tools, and of headers that are sent to one, that an avatar has. */
    mcpServers: 10,
    mcpHeaders: 20,
    /** Files and pages that an avatar may look things up in. */
    knowledgeSources: 200,
    /** Places in documents that one answer names. */
    sources: 10,
    /** Stretches of a clip that one film speaks in. */
    filmSegments: 100,
    /** Days for which an invitation is good. */
    invitationDays: 7,
  },

  /** Whole numbers that people choose: the least and the most. */
  ranges: {
    /** Of a key. */
    concurrentCalls: [1, 1000],
    minutesPerDay: [1, 1_000_000],
    /** Of a call with one avatar. */
    callSeconds: [10, 86_400],
    /** How long a project keeps its talks. */
    retentionDays: [1, 3650],
    /** How long a browser token works. */
    tokenSeconds: [30, 86_400],
    /** Of a talk link: how long it works, and what its key allows. */
    linkHours: [1, 2160],
    linkCalls: [1, 100],
    linkMinutesPerDay: [1, 1440],
    /** How long the answer of a tool's web address is waited for. */
    toolMs: [500, 60_000],
    /** Sides of a film in pixels, and thousandths of a second of its clip. */
    filmSidePx: [64, 4096],
    filmMs: [0, 1_800_000],
  },

  bytes: {
    /** A socket message that is no picture: four seconds of sound, or the longest prompt. */
    frame: 256 * KIB,
    /** A socket message with a picture. Camera snapshots are 50–300 kB. */
    imageFrame: 8 * MIB,
    /** Above this the socket is cut at once, without an event. */
    hardFrame: 16 * MIB,
    restBody: MIB,
    /** The session that a client secret opens a call with. */
    clientSession: 64 * KIB,
    /** The answer of a tool that the server asks. */
    toolAnswer: 128 * KIB,
    /** A file or a page that an avatar may look things up in. */
    knowledgeFile: 25_000_000,
    /** A packet of an operator. */
    operatorPacket: 64 * KIB,
    /** What an operator has not read yet: above this he is given up. */
    operatorBacklog: MIB,
    /** What a socket may send after its call has ended or was refused; more is cut off. */
    afterEnd: 64 * KIB,
    /** The largest files that are taken. */
    picture: 30_000_000,
    video: 200_000_000,
    /** Of a film: the clip or its sound, fetched from an address, and the sound that comes with the order. */
    filmSource: 1_000_000_000,
    filmSound: 6_000_000,
    /** An order of a film, with its sound in base64. */
    filmOrder: 8 * MIB + 64 * KIB,
    /** The same over an upload link. */
    linkedVideo: 2_000_000_000,
    linkedSound: 500_000_000,
  },

  /**
   * Budgets of memory. A call draws from its own and from the one of the process; whoever passes his own ends alone, and
   * when the process's is spent, the call that holds most ends.
   */
  budgets: {
    /** A message that is arriving. */
    receiving: 8 * MIB + 64 * KIB,
    /** History and requests that wait. */
    held: 2 * MIB,
    /** Messages on their way to the record. */
    recording: 2 * MIB,
    /** Commands that the media worker has not read yet. */
    worker: 10 * MIB,
    /** Events that the client has not read yet: above the first its sound is dropped, above the second it is given up. */
    outgoingSound: MIB,
    outgoing: 4 * MIB,
    /** All of these of one call. */
    call: 24 * MIB,
    /** All calls of a process. A small heap has less: see `heapShare`. */
    allCalls: 256 * MIB,
    /** REST bodies that are arriving, of all requests together. */
    restBodies: 64 * MIB,
    /** Answers that have not left yet, of all requests together. */
    answers: 64 * MIB,
    /** The same of one project, or of one address with a public key or none. One answer alone may be larger. */
    answersOfOne: 24 * MIB,
    /** The calls, the REST bodies and the answers never have more than this part of the heap that the process was given. */
    heapShare: 0.25,
    /** Facts of all talks that wait for the database. */
    recordQueue: 64 * MIB,
    /** Text kept of one talk: days of speech. */
    conversation: 8 * MIB,
  },

  /** Of one socket. */
  perSecond: {
    /** Well above a minute of sound in 10 ms chunks pushed within a second. */
    messages: 10_000,
    /** Of all kinds but sound. */
    otherMessages: 2000,
    /**
     * Texts, texts to be spoken, tool results, and requests for a reply: each is a row of the record and work for the voice.
     * Those above it are ignored. History is given on as a whole and does not count.
     */
    turns: 20,
    /** So many of them may come at once, as when a client replays its talk. */
    turnsAtOnce: 200,
    /** Of messages that are neither sound nor a picture. */
    textBytes: 2 * MIB,
    /** Packets of one operator. A model that answers in pieces writes some 50. */
    operatorPackets: 200,
    /** Pings and pongs. */
    controlFrames: 100,
    /** One of the largest pictures, and a minute of sound besides. */
    bytes: 12 * MIB,
  },
} as const;
