import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { newDataDir } from '../../apps/server/src/db/testing/embedded-folder.ts';
import type { BrainPlace } from '../../packages/media/src/inference/brain-messages.ts';
import { testBrain, testModel } from '../../packages/media/src/testing/test-models.ts';

/** Ears, brain and mouth of this machine with real weights. */
type LocalModels = ModelFolders & { readonly earsFolder: string; readonly brain: BrainPlace };

/** Folders of models, and what runs language models; null: nothing does. */
type ModelFolders = { readonly folders: readonly string[]; readonly runtimes: string | null };

/** Null, and said loudly, where one of them is missing. A model of turn ends is used where it is there. */
export function localModels(): LocalModels | null {
  const ears = testModel('whisper-base', 'model.bin');
  const mouth = testModel('kokoro-82m', 'onnx/model_quantized.onnx');
  const brain = testBrain();
  const turnEnd = testModel('smart-turn-v3.2', 'smart-turn-v3.2-cpu.onnx');
  if (ears === null || mouth === null || brain === null) return null;
  const earsFolder = path.dirname(ears);
  const files = [turnEnd, brain.modelPath].flatMap((file) => (file === null ? [] : [path.dirname(file)]));
  const folders = [earsFolder, path.dirname(path.dirname(mouth)), ...files];
  return { earsFolder, brain, folders, runtimes: path.resolve(brain.modelPath, '../../../runtimes') };
}

/** A fresh data folder of a server that has these models. */
export async function dataDirWith({ folders, runtimes }: ModelFolders): Promise<string> {
  const dataDir = await newDataDir();
  for (const folder of folders.map((each) => path.resolve(each))) {
    // A folder of its own, as the server expects it, with what lies in the other one.
    const model = path.join(dataDir, 'models', path.basename(folder));
    mkdirSync(model, { recursive: true });
    for (const name of readdirSync(folder)) symlinkSync(path.join(folder, name), path.join(model, name));
  }
  if (runtimes !== null) symlinkSync(runtimes, path.join(dataDir, 'runtimes'));
  return dataDir;
}

export type BrainServer = { readonly url: string; close(): Promise<void> };

/** A program of its own that serves a language model as llama.cpp and others do. */
export async function startBrainServer(brain: BrainPlace): Promise<BrainServer> {
  const program = path.join(import.meta.dirname, 'brain-server.ts');
  const child: ChildProcess = spawn(process.execPath, [program, brain.modelPath, brain.runtimePath], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (child.stdout === null) throw new Error('The server of the language model prints nothing.');
  const ended = once(child, 'exit');
  const [url] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(() => {
      throw new Error('The server of the language model does not start.');
    }),
  ])) as [string];
  return {
    url,
    close: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
