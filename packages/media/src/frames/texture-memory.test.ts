import { expect, it } from 'vitest';
import { seededRandom } from '../core/random.ts';
import { TextureMemory } from './texture-memory.ts';
import { createMixPlan, eachRun, mixRun, planMix } from './texture-mix.ts';

const [WIDTH, HEIGHT, COUNT] = [54, 38, 9];

it('images are mixed by vector code as by TypeScript, bit by bit, however many there are', () => {
  const random = seededRandom('textures');
  const memory = new TextureMemory(WIDTH, HEIGHT, COUNT);
  for (const plane of [memory.y, memory.u, memory.v]) {
    for (let i = 0; i < plane.length; i++) plane[i] = Math.floor(256 * random());
  }
  memory.y.subarray(0, WIDTH).fill(255);
  const plan = createMixPlan(COUNT);
  for (let mixed = 2; mixed <= COUNT; mixed++) {
    const spans = Int32Array.from({ length: 2 * HEIGHT }, () => -1);
    for (let row = 1; row < HEIGHT; row++) {
      const first = Math.floor(WIDTH * random());
      spans.set([first, Math.min(WIDTH - 1, first + Math.floor(WIDTH * random()))], 2 * row);
    }
    planMix(
      Float32Array.from({ length: COUNT }, (_unused, image) => (image < mixed ? 0.05 + random() : 0)),
      plan,
    );
    expect(plan.count).toBe(mixed);
    const result = memory.mix(plan, WIDTH, HEIGHT, spans);
    let compared = 0;
    for (const [name, rowStep] of [
      ['y', 1],
      ['u', 2],
      ['v', 2],
    ] as const) {
      const [width, height] = [WIDTH / rowStep, HEIGHT / rowStep];
      const expected = new Uint8Array(width * height);
      eachRun({ width, height, spans, rowStep }, (start, end) => {
        mixRun(memory[name], width * height, plan, expected, start, end);
        expect([...result[name].subarray(start, end)]).toEqual([...expected.subarray(start, end)]);
        compared += end - start;
      });
    }
    expect(compared).toBeGreaterThan(WIDTH * HEIGHT * 0.4);
  }
});
