/**
 * What can be wrong with one field of a request, as the end of a sentence that begins with its name. Dictionaries of pages
 * tell the same by code, with the name that the field has there.
 */
export const FIELD_FAULTS = {
  missing: 'is missing',
  empty: 'must not be empty',
  'too-short': 'must have at least {limit} characters',
  'too-long': 'must have {limit} characters at most',
  'too-few': 'must have at least {limit} entries',
  'too-many': 'must have {limit} entries at most',
  'too-small': 'must be at least {limit}',
  'too-large': 'must be {limit} at most',
  'no-number': 'must be a number',
  'no-whole-number': 'must be a whole number',
  email: 'must be an e-mail address',
  url: 'must be an http or https address',
  origin: 'must look like https://shop.example, without a path',
  'language-tag': 'must be a language tag like en-US',
  'one-line': 'must be one line',
} as const;

export type FieldFault = keyof typeof FIELD_FAULTS;

/** What the server refuses to people, each with a sentence that says what to do; `{name}` stands for a value. */
export const REFUSALS = {
  'not-logged-in': 'Log in first.',
  'wrong-login': 'The e-mail address or the password is wrong.',
  'wrong-password': 'The password is wrong.',
  'guessed-password':
    'This password is one of the first that anybody would try. Take a few words that do not belong together.',
  'email-taken': 'This e-mail address has an account. Log in, or reset its password.',
  'registration-closed': 'Registration is closed. Ask the operator for an account.',
  'used-link': 'This link has expired or has been used. Ask for a new one.',
  'no-mail': 'This server sends no mail. Ask its operator for a new password.',
  'too-many-attempts': 'Too many attempts. Try again in {seconds} s.',
  'too-many-tokens':
    'This key has {limit} tokens in force, as many as it may have. Give them shorter lifetimes, or wait until some expire.',
  'too-many-requests': 'Too many requests. Try again in {seconds} s.',
  'operators-only': 'Only operators may.',
  'members-only': 'This is for members of the project.',
  'owners-only': 'Only owners of this project may do this. Ask one of them.',
  'editors-only':
    'You are a viewer of this project: you can look at it and talk with its avatars. Ask an owner to make you an editor.',
  'last-owner': 'A project has at least one owner. Make somebody else an owner first, or delete the project.',
  'invitation-gone': 'This invitation has expired, was withdrawn, or has been used. Ask for a new one.',
  'invitation-of-another': 'This invitation is for another e-mail address. Log in with the account that has it.',
  'already-member': 'You are a member of this project already: your role stays as it is. Its owners can change it.',
  'member-already':
    'Whoever has this e-mail address is a member of the project already. Change their role in the list.',
  'other-site': 'This request comes from another site. Use the console of this server.',
  'model-busy': '{name} is being fetched or checked. Wait until it is done, or stop it.',
  'no-room-for-model': '{name} takes {missing} MB more, and the disk has {free} MB free. Make room first.',
  'not-found': 'There is no such {what}, or it is not yours.',
  'projects-full':
    'You have {limit} projects, as many as a user may have. Delete one you do not need. The operator of this server can raise the limit.',
  'members-full':
    'This project has {limit} members and open invitations, as many as it may have. Withdraw one you do not need. The operator of this server can raise the limit.',
  'owner-full':
    'This person owns {limit} projects, as many as a user may. Choose another role. The operator of this server can raise the limit.',
  'joined-full': 'You are a member of {limit} projects, as many as a user may be. Leave one you do not need.',
  'keys-full':
    'This project has {limit} keys in force, as many as it may have. Revoke one you do not need. The operator of this server can raise the limit.',
  'avatars-full':
    'This project has {limit} avatars, as many as it may have. Delete one you do not need. The operator of this server can raise the limit.',
  'avatar-texts-full':
    'The texts of this project’s avatars would have more than {limit} MB in all. Shorten prompts or knowledge, or delete avatars for good: those in the bin count, too. The operator of this server can raise the limit.',
  'webhooks-full':
    'This project has {limit} webhooks, as many as it may have. Delete one you do not need. The operator of this server can raise the limit.',
  'files-full':
    'This project’s uploads, avatars and films would take more than {limit} MB. Delete avatars for good, those in the bin too, or recorded talks. The operator of this server can raise the limit.',
  'uploads-full':
    '{limit} files of this project were sent and not used. Use one, or wait until they are removed after a day. The operator of this server can raise the limit.',
  'open-links-full':
    '{limit} upload links of this project wait for their files. Send one of these files, delete a link, or wait until they expire.',
  'links-full': 'This project has {limit} upload links, as many as it may have. Delete those you do not need.',
  'making-full':
    '{limit} avatars of this project are being made already. Wait for one. The operator of this server can raise the limit.',
  'disk-full':
    'The disk of this server is nearly full, so nothing more is stored on it. Tell its operator; talking goes on.',
  'built-in-avatar': 'Built-in avatars stay as they are. Duplicate it, then change the copy.',
  'avatar-not-ready': 'This avatar is not ready to be copied.',
  'avatar-changed': 'This avatar has just been changed. Try again.',
  'only-failed-again': 'Only an avatar that failed can be tried again.',
  'file-gone': 'The file of this avatar is kept for {hours} hours after it failed. Choose another photo or clip.',
  'no-making': 'This server makes no avatars from pictures. Duplicate a built-in one.',
  'wrong-file': 'This is no picture or video that can be used. Send a {pictures} picture, or an {videos} video.',
  'picture-too-large': 'This picture has more than {limit} MB. Save it smaller, and send it again.',
  'video-too-large': 'This video has more than {limit} MB. Cut it shorter, or save it smaller, and send it again.',
  'sound-too-large': 'This sound has more than {limit} MB. Cut it shorter, or save it smaller, and send it again.',
  'wrong-source':
    'This is no picture, video or sound that can be used. Send a {pictures} picture, an {videos} video, or {sounds}.',
  'link-gone': 'There is no such upload link, or it has expired. Get a new one, and send the file to it.',
  'link-done': 'The file of this upload link is there already. Get another link for another file.',
  'link-open': 'The file of this upload link has not arrived whole. Send the rest of it.',
  'link-busy': 'Somebody else is sending to this link. Try again in a moment.',
  'link-waits': 'The file is here, and cannot be stored now. That is tried again by itself: look again in a while.',
  'link-lost': 'A part of the file was lost here. Send the file again, from its beginning.',
  'no-links': 'This server takes no files over links.',
  'length-unsaid': 'Say how long the file is: as bytes when you get the link, in Content-Length, or in Upload-Length.',
  'length-differs':
    'This link is for a file of {expected} bytes, and this one has {given}. Get another link for another file.',
  'file-stopped': 'The file stopped arriving before its end. Check the connection, and send it again.',
  'file-slow':
    'The file came in at less than {speed} kB a second for {seconds} s. Send it again over a faster connection, or when fewer others send.',
  'file-late':
    'The file took longer than {minutes} minutes to arrive. Send a smaller one, or over a faster connection.',
  'talk-over': 'This talk has ended, or goes on at another node of the server.',
  'answers-waiting': 'Several answers wait to be spoken in this talk already. Wait for the avatar.',
  'voice-cannot-answer': 'This avatar has no voice that could answer by itself: people answer in its talks.',
  'followers-full':
    'Too many pages follow the live talks of this project. Close those that nobody needs, or look again in a few seconds.',
  'talk-going-on': 'This talk is going on. Delete it when it has ended.',
  'private-webhook':
    'Webhooks do not reach {host}, which is a private or reserved host. Give an address that everybody can reach, or ask the operator of this server to name the host in WEBHOOK_PRIVATE_HOSTS.',
  'private-tool':
    'Tools do not reach {host}, which is a private or reserved host. Give an address that everybody can reach, or ask the operator of this server to name the host in TOOL_PRIVATE_HOSTS.',
  'tool-without-address': 'This tool is answered by the page: there is no address to be asked.',
  'mcp-servers-full': 'This avatar has {limit} MCP servers, as many as it may have. Delete one you do not need.',
  'mcp-server': '{what}',
  'knowledge-full': 'This avatar has {limit} sources of knowledge, as many as it may have. Delete one you do not need.',
  'knowledge-avatar-full':
    'An avatar looks things up in {limit} million characters at most, about 1,000 pages: with this, it would be more. Delete a source you do not need, or send the part that matters.',
  'knowledge-texts-full':
    'The sources of this project’s avatars would have more than {limit} MB of text. Delete those you do not need.',
  'knowledge-empty': 'The file is empty.',
  'knowledge-wordless': 'There is no text in it. Pictures of text, as of scanned pages, cannot be read here.',
  'knowledge-kind': 'This is none of the kinds that can be read: text in UTF-8, Markdown, HTML and PDF.',
  'knowledge-long': 'This has too much text to be looked things up in. Send the part that matters.',
  'knowledge-locked': 'This PDF is locked with a password. Save it without one.',
  'knowledge-damaged': 'This PDF cannot be read: it is damaged, or far too large inside.',
  'knowledge-busy': 'Other files are being read. Try again in a moment.',
  'knowledge-link': 'The page could not be fetched: {what}.',
  'private-callback':
    'The callback URL leads to {host}, which is a private or reserved host. Give an address that everybody can reach, or ask the operator of this server to name the host in FETCH_PRIVATE_HOSTS.',
  'address-with-password': 'Addresses with a user name or a password in them are not used. Leave both out.',
  'key-not-shown': 'This key cannot be shown again. Reset it for a new one.',
  'link-withdrawn': 'The link was withdrawn while it was made. Make another one.',
  'no-own-voice': 'This server has no voice of its own to be heard here.',
  'unknown-voice': 'There is no “{id}” here. Choose one of these: {known}.',
  'wrong-option': 'The option “{option}” {why}.',
  'private-service':
    'The address leads to {host}, which may not be asked: {why} Give one that everybody can reach, or ask the operator of this server to add the host to FETCH_PRIVATE_HOSTS.',
  'no-voice-key': '“{id}” needs a key: add one for {origin}, and choose it.',
  'voice-key-gone': 'This key is not there any more. Choose another one.',
  'voice-key-elsewhere': 'This key was given for {origin} and is sent nowhere else. Choose one for {wanted}.',
  'voice-keys-full': 'This project has {limit} keys of services, as many as it may have. Delete one you do not need.',
  'trying-already': 'You are trying something else already. Wait for its result, then try again.',
  'many-trials': 'Many people are trying something just now. Try again in a few seconds.',
  'voice-not-heard': 'Voices of “{provider}” cannot be heard here: talk with the avatar.',
  'voice-in-calls-only':
    'Voices of OpenAI Realtime can be heard in a call only: talk with the avatar in the playground.',
  'no-openai-key':
    'This server has no OpenAI key, so this voice cannot speak. Set OPENAI_API_KEY, or choose the provider “local”.',
  'voice-late': 'The voice did not speak in time. Try again.',
  'no-voice-of-language':
    'This server has no voice for {language}: its operator can add the optional eSpeak package (see the document on providers).',
  'listening-already': 'You are listening to several voices already. Try again when one has spoken.',
  'many-listening': 'Others are listening to voices. Try again in a moment.',
  'estimating-already': 'Films of this project are being estimated already. Wait for the answers, then ask again.',
  'many-estimates': 'Many films are being estimated at the moment. Ask again in a few seconds.',
  'estimate-late':
    'The files of this film could not be looked at within {seconds} seconds. Put them in a quicker place, or order the film without asking first.',
  'no-estimate': 'The files of this film could not be looked at now. Try again in a moment.',
  'sending-already': 'You send {limit} files already. Wait for one of them, then send this one again.',
  'store-silent': 'The files of this server cannot be reached now. Try again in a moment.',
  'many-sending': 'Many files are being sent at the moment. Send this one again in a few seconds.',
  'reading-already': 'You are reading much already. Ask for one thing after the other.',
  'many-reading': 'Many are reading long records right now. Try again in a moment.',
  'answers-unread': 'You have long answers on their way already. Read them first, then ask again.',
  'answers-full': 'The server has more answers on their way than it can hold. Ask again in a moment.',
  'bodies-full': 'The server is reading more than it can hold. Send the request again in a moment.',
  'logins-near': 'Too many people log in from your network right now. Try again in a moment.',
  'many-logins': 'Too many people log in right now. Try again in a moment.',
  'too-many-days': 'Ask for {limit} days at most.',
  'body-too-large': 'The body is larger than this address takes.',
  'body-late': 'The request took too long to arrive. Send it again, over a faster connection.',
  'database-late': 'The database took too long. Ask for less at a time, or try again in a moment.',
  'database-interrupted': 'The database was interrupted. Try again in a moment.',
  'database-starting': 'The database is starting. Try again in a moment.',
  'database-busy': 'The database is busy. Try again in a moment.',
  'changed-at-once': 'Others changed the same at the same time. Try again.',
  'nul-character': 'A text holds a NUL character. Remove it.',
  'number-too-large': 'A number is too large.',
  'date-out-of-range': 'A date is out of range.',
  'date-unreadable': 'A date cannot be read.',
  'deleted-meanwhile': 'What this belongs to has been deleted meanwhile.',
  failed: 'Something failed on the server; its log says why.',
} as const;

export type Refusal = keyof typeof REFUSALS;

export type SentenceValues = Readonly<Record<string, string | number>>;

/** A sentence with its values in their places. */
export function filled(sentence: string, values: SentenceValues): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** As a field is told of in English, without its name. */
export function fieldSentence(fault: FieldFault, limit?: number): string {
  return filled(FIELD_FAULTS[fault], limit === undefined ? {} : { limit });
}
