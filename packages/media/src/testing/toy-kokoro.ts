import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Constant, onnxModel } from '../inference/onnx-model.ts';

const FRAMES_EACH = 2;
const FRAME_SAMPLES = 600;
const STYLE_BYTES = 510 * 256 * 4;

/**
 * A folder as a Kokoro model has it, with a model that hums each symbol for 50 ms and, unless `isSilentOnTimes`, knows so inside, as
 * the real one does. Voices are `af_heart` and, of a wrong length, `am_adam`.
 */
export async function writeToyKokoro(folder: string, { isSilentOnTimes = false } = {}): Promise<void> {
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await mkdir(join(folder, 'voices'), { recursive: true });
  await writeFile(
    join(folder, 'onnx/model_quantized.onnx'),
    toyModel(isSilentOnTimes ? 'frames' : '/encoder/Cast_output_0'),
  );
  await writeFile(join(folder, 'voices/af_heart.bin'), new Uint8Array(STYLE_BYTES));
  await writeFile(join(folder, 'voices/am_adam.bin'), new Uint8Array(100));
}

function toyModel(frames: string): Uint8Array {
  const hum = Float32Array.from({ length: FRAMES_EACH * FRAME_SAMPLES }, (_, k) => 0.25 * Math.sin(k / 20));
  return onnxModel({
    nodes: [
      { operator: 'Mul', inputs: ['input_ids', 'nothing'], outputs: ['zeros'] },
      { operator: 'Add', inputs: ['zeros', 'two'], outputs: [frames] },
      { operator: 'Cast', inputs: [frames], outputs: ['floats'], attributes: { to: 1 } },
      { operator: 'Reshape', inputs: ['floats', 'column'], outputs: ['each'] },
      { operator: 'MatMul', inputs: ['each', 'hum'], outputs: ['hums'] },
      { operator: 'Reshape', inputs: ['hums', 'flat'], outputs: ['waveform'] },
    ],
    constants: [
      whole('nothing', [], [0]),
      whole('two', [], [FRAMES_EACH]),
      whole('column', [2], [-1, 1]),
      whole('flat', [1], [-1]),
      { name: 'hum', element: 'float32', dimensions: [1, hum.length], bytes: new Uint8Array(hum.buffer) },
    ],
    inputs: [
      ['input_ids', 2, 'int64'],
      ['style', 2],
      ['speed', 1],
    ],
    outputs: ['waveform'],
  });
}

function whole(name: string, dimensions: readonly number[], values: readonly number[]): Constant {
  const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return { name, element: 'int64', dimensions, bytes };
}
