import { expect, test, vi } from 'vitest';
import { FileUpload, faultOf, type SenderOptions, type UploadStanding } from './file-upload.ts';

const file = new File(['0123456789'], 'clip.mp4');

/** An upload to a client that does what the test says. */
function uploadTo(renew = async () => 'http://visavis.example/uploads/2') {
  const told: UploadStanding[] = [];
  const sendings: SenderOptions[] = [];
  let aborted = 0;
  const upload = new FileUpload({
    file,
    uploadUrl: 'http://visavis.example/uploads/1',
    renew,
    open: async (_file, options) => {
      sendings.push(options);
      return {
        start: () => undefined,
        abort: async () => {
          aborted += 1;
        },
      };
    },
    onChange: (standing) => told.push(standing),
  });
  const latest = () => sendings.at(-1) ?? expect.unreachable();
  return { upload, told, sendings, latest, abortedCount: () => aborted };
}

const answered = (status: number) => Object.assign(new Error('tus'), { originalResponse: { getStatus: () => status } });

test('a file is sent to its link, and is there once all of it is', async () => {
  const { upload, told, latest } = uploadTo();
  await upload.start();
  expect(latest().uploadUrl).toBe('http://visavis.example/uploads/1');
  latest().onProgress(4);
  expect(upload.standing).toEqual({ phase: 'sending', sentBytes: 4, fault: null });
  latest().onSuccess();
  expect(told.at(-1)).toEqual({ phase: 'ready', sentBytes: 10, fault: null });
  await upload.start();
  expect(upload.standing.phase).toBe('ready');
});

test('a file that is paused keeps what was sent, and goes on; what the former sending tells is void', async () => {
  const { upload, sendings, latest, abortedCount } = uploadTo();
  await upload.start();
  latest().onProgress(4);
  upload.pause();
  expect([upload.standing, abortedCount()]).toEqual([{ phase: 'paused', sentBytes: 4, fault: null }, 1]);
  sendings[0]?.onError(answered(500));
  expect(upload.standing.phase).toBe('paused');
  await upload.start();
  expect([upload.standing.phase, sendings.length]).toEqual(['sending', 2]);
  upload.close();
  sendings[1]?.onSuccess();
  expect(upload.standing.phase).toBe('sending');
});

test('a sending that failed says why, and can be tried once more', async () => {
  const { upload, latest } = uploadTo();
  await upload.start();
  latest().onError(new Error('no answer'));
  expect(upload.standing).toEqual({ phase: 'failed', sentBytes: 0, fault: 'network' });
  await upload.start();
  expect(upload.standing).toEqual({ phase: 'sending', sentBytes: 0, fault: null });
});

test('a link that is gone makes room for another one, to which the file is sent from its beginning, once a try', async () => {
  const { upload, sendings, latest } = uploadTo();
  await upload.start();
  latest().onProgress(4);
  latest().onError(answered(404));
  await vi.waitFor(() => expect(latest().uploadUrl).toBe('http://visavis.example/uploads/2'));
  expect(upload.standing).toEqual({ phase: 'sending', sentBytes: 0, fault: null });
  latest().onError(answered(410));
  expect([upload.standing, sendings.length]).toEqual([{ phase: 'failed', sentBytes: 0, fault: 'gone' }, 2]);

  await upload.start();
  latest().onError(answered(404));
  await vi.waitFor(() => expect(sendings).toHaveLength(4));
  latest().onSuccess();
  expect(upload.standing.phase).toBe('ready');
});

test('where there is no other link, a try says so; after a pause nothing is sent to one that comes', async () => {
  const refused = uploadTo(() => Promise.reject(new Error('Too many links.')));
  await refused.upload.start();
  refused.latest().onError(answered(404));
  await vi.waitFor(() => expect(refused.upload.standing).toEqual({ phase: 'failed', sentBytes: 0, fault: 'gone' }));

  const { promise, resolve } = Promise.withResolvers<string>();
  const paused = uploadTo(() => promise);
  await paused.upload.start();
  paused.latest().onError(answered(404));
  paused.upload.pause();
  resolve('http://visavis.example/uploads/2');
  await promise;
  expect([paused.upload.standing.phase, paused.sendings.length]).toEqual(['paused', 1]);
});

test.each([
  [404, 'gone'],
  [410, 'gone'],
  [413, 'refused'],
  [415, 'refused'],
  [507, 'full'],
  [503, 'network'],
])('an answer %i means: %s', (status, fault) => {
  expect(faultOf(answered(status))).toBe(fault);
});
