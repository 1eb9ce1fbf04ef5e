import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';

async function bundle(entry: string): Promise<{ imports: readonly string[]; modules: readonly string[] }> {
  const build = await rolldown({
    input: fileURLToPath(new URL(entry, import.meta.url)),
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
  });
  const { output } = await build.generate({ format: 'esm' });
  await build.close();
  return { imports: output[0].imports, modules: output[0].moduleIds };
}

it('builds the root entry from its own modules alone', async () => {
  const { imports, modules } = await bundle('./index.ts');
  expect(imports).toEqual([]);
  expect(modules.length).toBeGreaterThan(3);
  expect(modules.filter((id) => id.includes('node_modules') || id.includes('/schemas/'))).toEqual([]);
});

it('would notice a dependency', async () => {
  expect((await bundle('./schemas/index.ts')).imports).toContain('zod');
});
