/**
 * Gives an element what a page set on it before the page knew its class: in a document that is parsed, rendered by a server or
 * built by a framework, elements are often there before the script that defines them. Such values lie on the object itself, in
 * front of the accessors of its class, where nothing reads them. To be called at the end of the constructor.
 *
 * Every property of the class with a setter is given, so a new one is an accessor and needs no word here; one that only reads
 * is uncovered.
 */
export function adoptProperties(element: object): void {
  for (const name of Object.getOwnPropertyNames(element)) {
    const accessor = accessorOf(Object.getPrototypeOf(element), name);
    if (accessor === undefined) continue;
    const value: unknown = Reflect.get(element, name);
    if (!Reflect.deleteProperty(element, name)) continue;
    if (accessor.set !== undefined) Reflect.set(element, name, value);
  }
}

function accessorOf(prototype: object | null, name: string): PropertyDescriptor | undefined {
  for (let current = prototype; current !== null; current = Object.getPrototypeOf(current)) {
    const descriptor = Object.getOwnPropertyDescriptor(current, name);
    if (descriptor !== undefined)
      return descriptor.get === undefined && descriptor.set === undefined ? undefined : descriptor;
  }
  return undefined;
}
