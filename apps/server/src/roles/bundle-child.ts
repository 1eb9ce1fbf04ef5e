// The process that makes one avatar bundle: takes the task as its argument, tells how far it is, and ends.
import { addPreview, createBundle, InputError } from '@visavis/face';
import { leaveEndToParent, outliveReaders } from '@visavis/media/process-group';
import { type BundleMessage, bundleTaskSchema } from './bundle-messages.ts';

/** Share of the whole work that filming the preview takes. */
const PREVIEW_SHARE = 0.15;

function tell(message: BundleMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}

// What ends with the server's terminal is no failure of this making: the server goes on with it at its next start.
leaveEndToParent();
outliveReaders();
// Nobody is left to make it for.
process.on('disconnect', () => process.exit(1));

const { inputPath, outDir, id, displayName } = bundleTaskSchema.parse(JSON.parse(process.argv[2] ?? ''));
try {
  await createBundle(inputPath, outDir, {
    id,
    displayName,
    onProgress: (share, step) => void tell({ kind: 'progress', share: share * (1 - PREVIEW_SHARE), step }),
    onPicture: (webp) => void tell({ kind: 'picture', webp: Buffer.from(webp).toString('base64') }),
  });
  await tell({ kind: 'progress', share: 1 - PREVIEW_SHARE, step: 'filming the preview' });
  const { thumbnail, preview, notice } = await addPreview(outDir);
  await tell({ kind: 'made', thumbnail, preview: preview ?? null, notice: notice ?? null });
} catch (error) {
  await tell(
    error instanceof InputError
      ? { kind: 'refused', code: error.reason, message: error.message }
      : { kind: 'broke', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) },
  );
}
process.exit(0);
