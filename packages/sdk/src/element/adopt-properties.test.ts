import { expect, it } from 'vitest';
import { adoptProperties } from './adopt-properties.ts';

class Avatar {
  #config: unknown = 'the default';

  get config(): unknown {
    return this.#config;
  }

  set config(value: unknown) {
    this.#config = { checked: value };
  }

  get call(): string {
    return 'the call';
  }
}

class Later extends Avatar {
  #added: unknown = null;

  get added(): unknown {
    return this.#added;
  }

  set added(value: unknown) {
    this.#added = value;
  }
}

it('gives an element what was set on it before, through its setters, and uncovers what only reads', () => {
  const element = new Later();
  Object.defineProperty(element, 'config', { value: 'set early', configurable: true, enumerable: true });
  Object.defineProperty(element, 'added', { value: 7, configurable: true, enumerable: true });
  Object.defineProperty(element, 'call', { value: 'covered', configurable: true, enumerable: true });
  Object.defineProperty(element, 'title', { value: 'of the page', configurable: true, enumerable: true });
  adoptProperties(element);
  expect(element.config).toEqual({ checked: 'set early' });
  expect(element.added).toBe(7);
  expect(element.call).toBe('the call');
  expect(Object.getOwnPropertyNames(element)).toEqual(['title']);
});
