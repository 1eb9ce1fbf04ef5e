import '../../testing/browser-stand-in.ts';
import type { MachineModel, MachineModels } from '@visavis/protocol/rest';
import { createElement } from 'react';
import { describe, expect, it } from 'vitest';
import { machineModelsQuery } from '../../api/queries.ts';
import { buttonsOf, shown, wordsOf } from '../../testing/shown.ts';
import { MachineModelsPage } from './machine-models-page.tsx';
import { sizeText } from './size-text.ts';

const model: MachineModel = {
  name: 'whisper-base',
  kind: 'ears',
  isOwn: false,
  licence: 'MIT',
  sizeBytes: 145_700_000,
  memoryBytes: null,
  cores: 1,
  fits: true,
  state: 'absent',
  arrivedBytes: 0,
  checked: null,
  fault: null,
};
const brain: MachineModel = {
  ...model,
  name: 'qwen3-4b',
  kind: 'brain',
  licence: 'Apache-2.0',
  sizeBytes: 2_497_280_256,
  memoryBytes: 5_000_000_000,
  cores: 8,
  fits: false,
};
const machine = { memoryBytes: 4_000_000_000, cores: 2, freeDiskBytes: 9_600_000_000 };

function page(models: readonly MachineModel[], rest: Partial<MachineModels> = {}): string {
  const all = { models: [...models], machine, hubUrl: 'https://hub.example', runtimeCommand: null, ...rest };
  return shown(createElement(MachineModelsPage), [[machineModelsQuery.queryKey, all]]);
}

describe('models of this machine', () => {
  it('tell what they are, what they want, and whether this machine can carry them', () => {
    const words = wordsOf(page([model, brain]));
    expect(words).toContain('This machine: 4 GB of memory, 2 cores, 9.6 GB free on the disk.');
    expect(words).toContain('Models come from https://hub.example.');
    expect(words).toMatch(
      /whisper-base Not here Understands 99 languages\. 146 MB Licence MIT Wants 1 core Memory not measured/,
    );
    expect(words).toMatch(
      /qwen3-4b .* 2\.5 GB Licence Apache-2\.0 Wants 5 GB of memory, 8 cores This machine is too small for it\./,
    );
    expect(buttonsOf(page([model, brain])).enabled).toEqual(['Fetch: whisper-base', 'Fetch: qwen3-4b']);
  });

  it('come one at a time, with how far they are, and can be stopped', () => {
    const html = page([{ ...model, state: 'coming', arrivedBytes: 72_850_000 }, brain]);
    expect(wordsOf(html)).toContain('73 MB of 146 MB');
    expect(html).toMatch(/aria-valuenow="50"/);
    expect(buttonsOf(html)).toEqual({ enabled: ['Stop: whisper-base'], disabled: ['Fetch: qwen3-4b'] });
  });

  it('say what became of them, and what can be done', () => {
    const stopped = page([{ ...model, arrivedBytes: 72_850_000 }]);
    expect(wordsOf(stopped)).toContain('73 MB of 146 MB have come; fetching goes on from there.');
    expect(buttonsOf(stopped).enabled).toEqual(['Go on: whisper-base', 'Delete: whisper-base']);
    const here = page([{ ...model, state: 'here', checked: 'sound' }]);
    expect(wordsOf(here)).toContain('Checked: sound.');
    expect(buttonsOf(here).enabled).toEqual(['Check: whisper-base', 'Delete: whisper-base']);
    const damaged = page([{ ...model, state: 'damaged', checked: 'damaged' }]);
    expect(wordsOf(damaged)).toContain('Its files are missing, cannot be read, or are not what they should be.');
    expect(buttonsOf(damaged).enabled).toEqual([
      'Fetch again: whisper-base',
      'Check: whisper-base',
      'Delete: whisper-base',
    ]);
    const failed = page([{ ...model, fault: 'hub.example answers 500.' }]);
    expect(wordsOf(failed)).toContain('It did not come: hub.example answers 500.');
    expect(failed).toContain('role="alert"');
  });

  it('of one’s own are neither fetched nor checked; what runs brains is told where it is missing', () => {
    const own = page([{ ...brain, name: 'mine', isOwn: true, state: 'damaged' }], { runtimeCommand: 'npm install' });
    expect(buttonsOf(own).enabled).toEqual(['Delete: mine']);
    expect(wordsOf(own)).toContain('A language model of your own.');
    expect(wordsOf(own)).toContain('npx visavis models runtime');
    expect(wordsOf(page([brain]))).not.toContain('npx visavis models runtime');
  });

  it('have sizes that people read', () => {
    const number = (value: number, digits = 0) => value.toLocaleString('en', { maximumFractionDigits: digits });
    expect([8_679_182, 107_000_000, 1_834_426_016].map((bytes) => sizeText(bytes, number))).toEqual([
      '8.7 MB',
      '107 MB',
      '1.8 GB',
    ]);
  });
});
