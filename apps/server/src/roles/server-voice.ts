import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { offersOf, voiceAround } from '@visavis/media/voice-catalogue';
import * as z from 'zod';
import { type FoundModel, findLanguageModels } from './found-models.ts';
import type { ServerVoice } from './voice-choice.ts';

/** The choice belongs to the machine on which the model runs, as its folder does. */
const FILE = 'language-model.json';
const choiceSchema = z.object({ name: z.string(), model: z.string() });
type Choice = z.output<typeof choiceSchema>;

/** Of the place where the server's own model is. */
const HERE = 'This machine';

/** Which voice the built-in avatars have: the one of the settings, or around a model of this machine that the operator has chosen. */
export class ServerVoiceChoice {
  readonly found: readonly FoundModel[];
  readonly #configured: ServerVoice;
  readonly #path: string;
  #used: FoundModel | null = null;

  /** Looks for models where the settings name nothing better than a demonstration. */
  static async open(
    {
      dataDir,
      configured,
      own = null,
    }: {
      readonly dataDir: string;
      readonly configured: ServerVoice;
      /** Name of the language model that the server runs itself; null: it has none. */
      readonly own?: string | null;
    },
    find: () => Promise<readonly FoundModel[]> = findLanguageModels,
  ): Promise<ServerVoiceChoice> {
    const path = join(dataDir, FILE);
    const isDemonstration = offersOf(configured.provider)?.isDemonstration === true;
    const [others, kept] = await Promise.all([isDemonstration ? find() : [], readChoice(path)]);
    const ownModel: FoundModel | null =
      own === null || !isDemonstration ? null : { name: HERE, model: own, url: null, settings: '' };
    const found = [...(ownModel === null ? [] : [ownModel]), ...others];
    const choice = new ServerVoiceChoice(configured, found, path);
    // Whoever has fetched a model wants it to answer, until they say otherwise.
    choice.#used = kept === undefined ? ownModel : (found.find((model) => isSame(model, kept)) ?? null);
    return choice;
  }

  constructor(configured: ServerVoice, found: readonly FoundModel[], path: string) {
    this.#configured = configured;
    this.found = found;
    this.#path = path;
  }

  /** Of other programs. */
  get others(): readonly FoundModel[] {
    return this.found.filter(({ url }) => url !== null);
  }

  current(): ServerVoice {
    if (this.#used === null) return this.#configured;
    const { provider, thinker } = voiceAround(this.#used);
    const parts = { ...this.#configured.parts, thinker };
    return { provider, parts, callParts: { thinker: { ...thinker, isOperators: true } } };
  }

  list() {
    return this.found.map(({ name, model }) => ({ name, model, isUsed: isSame(this.#used, { name, model }) }));
  }

  /** Null: the voice of the settings again. False: there is no such model. Calls that start from now on have it. */
  async use(choice: Choice | null): Promise<boolean> {
    const model = this.found.find((known) => isSame(known, choice)) ?? null;
    if (choice !== null && model === null) return false;
    await writeFile(`${this.#path}.new`, JSON.stringify(choice));
    await rename(`${this.#path}.new`, this.#path);
    this.#used = model;
    return true;
  }
}

function isSame(one: Choice | null, other: Choice | null): boolean {
  return one !== null && one.name === other?.name && one.model === other.model;
}

/** Null: the voice of the settings; undefined: no choice was made, or it cannot be read. */
async function readChoice(path: string): Promise<Choice | null | undefined> {
  try {
    return choiceSchema.nullable().parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
