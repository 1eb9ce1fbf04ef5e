import { readFile } from 'node:fs/promises';
import { env, InferenceSession } from 'onnxruntime-web/wasm';

/** A model on the one thread that runs it. `model`: its bytes, or where its file lies. */
export async function openOnnx(model: string | Uint8Array): Promise<InferenceSession> {
  env.wasm.numThreads = 1;
  env.logLevel = 'error';
  return await InferenceSession.create(typeof model === 'string' ? await readFile(model) : model, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
}
