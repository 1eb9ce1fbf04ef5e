// The process that makes one avatar bundle.
import { addPreview, createBundle, InputError } from '@visavis/face';
import { type BundleMessage, bundleTaskSchema } from './bundle-messages.ts';
import { makeAndTell, readTask, tellServer } from './making-side.ts';

/** Share of the whole work that filming the preview takes. */
const PREVIEW_SHARE = 0.15;

const tell = (message: BundleMessage): Promise<void> => tellServer(message);

async function make(): Promise<BundleMessage> {
  const { inputPath, outDir, id, displayName } = bundleTaskSchema.parse(await readTask());
  await createBundle(inputPath, outDir, {
    id,
    displayName,
    onProgress: (share, step) => void tell({ kind: 'progress', share: share * (1 - PREVIEW_SHARE), step }),
    onPicture: (webp) => void tell({ kind: 'picture', webp: Buffer.from(webp).toString('base64') }),
  });
  await tell({ kind: 'progress', share: 1 - PREVIEW_SHARE, step: 'filming the preview' });
  const { thumbnail, preview, notice } = await addPreview(outDir);
  return { kind: 'made', thumbnail, preview: preview ?? null, notice: notice ?? null };
}

await makeAndTell<BundleMessage>(make, (error) =>
  error instanceof InputError ? { kind: 'refused', code: error.reason, message: error.message } : null,
);
