import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { childEnvironment, npmVariables } from '@visavis/media/child-environment';
import {
  findLlamaRuntime,
  LLAMA_RUNTIME_MEGABYTES,
  llamaInstallArguments,
  llamaInstallCommand,
} from '@visavis/media/llama-runtime';
import type { Config } from '../config.ts';
import { MODELS, type Model, modelBytes } from '../models/model-catalogue.ts';
import { mirrorFolder, modelHub } from '../models/model-source.ts';
import { ModelStore } from '../models/model-store.ts';
import { ownBrain, ownBrains, requireFreeName } from '../models/own-brains.ts';
import { groupCommand } from './action-group.ts';
import { EXIT, UsageError } from './command.ts';
import { nearestName } from './nearest-name.ts';
import { showProgress } from './progress-line.ts';

const NOTE = `Models lie in DATA_DIR/models (--data-dir ./data). They come from HF_ENDPOINT, or from the folder MODELS_MIRROR,
when you say so and never otherwise. A server that is running uses them after its next start.`;

/** `visavis models …`: what this machine can hear, think and judge with beside what comes with the product. */
export const modelsCommand = groupCommand({
  name: 'models',
  note: NOTE,
  actions: [
    {
      name: 'list',
      summary:
        'lists models: name, what for, size, licence, whether it is here, and what it does, with tabs between them',
      async run({ config }) {
        const store = storeOf(config);
        for (const model of await allModels(config)) {
          const state = (await store.has(model)) ? 'here' : '–';
          const cells = [model.name, model.kind, megabytes(modelBytes(model)), model.licence, state, model.summary];
          console.log(cells.join('\t'));
        }
        return EXIT.done;
      },
    },
    {
      name: 'pull',
      takes: ['NAME'],
      summary: 'fetches a model; once more goes on where it broke off',
      async run({ config, words: [name = ''] }) {
        const model = find(name, MODELS);
        const store = storeOf(config);
        const { hubUrl, mirrorFolder: folder } = config.models;
        if (await isHere(store, model)) return EXIT.done;
        console.error(
          `${model.name}: ${megabytes(modelBytes(model))} from ${hubUrl}/${model.repository}, licence ${model.licence}.`,
        );
        const progress = showProgress(modelBytes(model), process.stderr);
        const sources = [...(folder === null ? [] : [mirrorFolder(folder)]), modelHub(hubUrl)];
        const { signal } = new AbortController();
        try {
          await store.pull(model, sources, { signal, onBytes: progress.show });
        } finally {
          progress.end();
        }
        return tellHere(config, model);
      },
    },
    {
      name: 'add',
      takes: ['FOLDER'],
      options: { as: { value: 'NAME', meaning: 'which model it is, where the files do not tell' } },
      summary: 'copies a model that you have already, out of a folder or a file',
      async run({ config, words: [from = ''], options }) {
        const store = storeOf(config);
        const model = options.as === undefined ? await recognise(store, from) : find(options.as, MODELS);
        await store.add(model, from);
        return tellHere(config, model);
      },
    },
    {
      name: 'runtime',
      summary:
        'installs what runs models of kind brain: node-llama-cpp for this processor, from npm, into DATA_DIR/runtimes',
      run: ({ config }) => installRuntime(config.models.runtimesFolder),
    },
    {
      name: 'verify',
      summary: 'reads all models that are here, and says what is damaged',
      async run({ config }) {
        const store = storeOf(config);
        let isSound = true;
        for (const model of await allModels(config)) {
          if (!(await store.isBegun(model))) continue;
          const faults = await store.verify(model);
          if (faults.length > 0) isSound = false;
          const knowsSums = model.files.every(({ sha256 }) => sha256 !== null);
          const verdict = faults.map(({ path, fault }) => `${path} has ${fault}`).join(', ');
          console.log(`${model.name}\t${verdict || (knowsSums ? 'sound' : 'has the right size; sum not known')}`);
        }
        return isSound ? EXIT.done : EXIT.failed;
      },
    },
    {
      name: 'remove',
      takes: ['NAME'],
      summary: 'deletes a model from this machine',
      async run({ config, words: [name = ''] }) {
        const model = find(name, await allModels(config));
        if (await storeOf(config).remove(model)) return tell(model, 'is gone');
        throw new Error(`${model.name} is not here.`);
      },
    },
  ],
});

function storeOf({ models }: Config): ModelStore {
  return new ModelStore({ folder: models.folder });
}

/** Those that can be fetched, and language models of one's own. */
async function allModels({ models }: Config): Promise<readonly Model[]> {
  return [...MODELS, ...(await ownBrains(models.folder))];
}

/** What it takes is said before anything is fetched. */
async function installRuntime(folder: string): Promise<number> {
  const found = findLlamaRuntime(folder);
  if (found !== null) {
    console.log(`What runs language models is here already: ${found}`);
    return EXIT.done;
  }
  const command = llamaInstallCommand(folder);
  console.error(
    `node-llama-cpp (MIT), about ${LLAMA_RUNTIME_MEGABYTES} MB, from npm, without install scripts:\n  ${command}`,
  );
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const npm = spawn('npm', [...llamaInstallArguments(folder)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: childEnvironment(npmVariables()),
  });
  const [code] = await once(npm, 'exit');
  if (code === 0) return EXIT.done;
  throw new Error(`npm could not install it (exit ${String(code)}).`);
}

function tellHere({ models }: Config, model: Model): number {
  tell(model, 'is here now');
  if (model.kind === 'brain' && findLlamaRuntime(models.runtimesFolder) === null) {
    console.log(
      `What runs it is not here yet: “visavis models runtime” installs node-llama-cpp (MIT, about ${LLAMA_RUNTIME_MEGABYTES} MB).`,
    );
  }
  return EXIT.done;
}

/** @throws UsageError */
async function recognise(store: ModelStore, from: string): Promise<Model> {
  const [recognised, ...others] = await store.recognise(MODELS, from);
  const own = recognised === undefined ? await ownBrain(from) : null;
  if (own !== null) requireFreeName(own);
  const model = recognised ?? own;
  if (model !== null && others.length === 0) return model;
  const way = '“visavis models list” names them, and --as NAME says which it is.';
  throw new UsageError(`The files at ${from} are not those of ${model === null ? 'any' : 'one'} model: ${way}`);
}

/** @throws UsageError */
function find(name: string, models: readonly Model[]): Model {
  const model = models.find((candidate) => candidate.name === name);
  if (model !== undefined) return model;
  const near = nearestName(
    name,
    models.map((candidate) => candidate.name),
  );
  throw new UsageError(
    `There is no model “${name}”: ${near === null ? '“visavis models list” names them.' : `did you mean “${near}”?`}`,
  );
}

async function isHere(store: ModelStore, model: Model): Promise<boolean> {
  if (!(await store.has(model)) || (await store.verify(model)).length > 0) return false;
  tell(model, 'is here already');
  return true;
}

function tell(model: Model, state: string): number {
  console.log(`${model.name} ${state}.`);
  return EXIT.done;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
}
