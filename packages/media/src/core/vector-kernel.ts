import { readFileSync } from 'node:fs';

/** The little of the platform's WebAssembly that is used here; Node's own types leave it out. */
type Platform = {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: object };
};
const { Module, Instance } = (globalThis as unknown as { WebAssembly: Platform }).WebAssembly;

/** Memory of a kernel, empty at first. Growing it moves it: views of it are to be made anew. */
export type KernelMemory = { readonly buffer: ArrayBuffer; grow(pages: number): number };
export const KERNEL_PAGE_BYTES = 65_536;

const compiled = new Map<string, object>();

/** Starts vector code that `tools/build-drawing` has built, in memory of its own. Compiled once per thread. */
export function startKernel<Exports extends { readonly memory: KernelMemory }>(file: URL): Exports {
  const module = compiled.get(file.href) ?? new Module(readFileSync(file));
  compiled.set(file.href, module);
  return new Instance(module).exports as Exports;
}
