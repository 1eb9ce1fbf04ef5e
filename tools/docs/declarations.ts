import { parseSync } from 'rolldown/utils';

/** A part of a declaration that is used from outside: a field, a method, or what stands between `|`. */
export type Member = {
  readonly name: string;
  /** As it stands in the source, without a body. */
  readonly text: string;
  readonly doc: string;
};

export type Declaration = {
  readonly name: string;
  readonly kind: 'class' | 'function' | 'type' | 'value';
  /** The whole of it, without `export` and without bodies. */
  readonly text: string;
  readonly doc: string;
  /** Of classes and of types that are objects. */
  readonly members: readonly Member[];
};

/** Where a name that a module passes on comes from. */
export type PassedOn = { readonly name: string; readonly as: string; readonly from: string };

/** The part of the parser's tree that is read here. */
type Node = {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
};

type Comment = { readonly value: string; readonly start: number; readonly end: number };

/** The exported declarations of a TypeScript file with their docstrings, and the names that it passes on. */
export function readDeclarations(source: string): { own: Declaration[]; passedOn: PassedOn[] } {
  const { program, comments } = parseSync('module.ts', source);
  const reader = new Reader(source, comments as readonly Comment[]);
  const own: Declaration[] = [];
  const passedOn: PassedOn[] = [];
  for (const statement of program.body as unknown as readonly Node[]) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    const declaration = statement.declaration as Node | null;
    if (declaration !== null) own.push(...reader.declare(declaration, statement.start));
    const origin = statement.source as { readonly value: string } | null;
    for (const specifier of statement.specifiers as readonly Node[]) {
      const name = (specifier.local as { readonly name: string }).name;
      passedOn.push({ name, as: (specifier.exported as { readonly name: string }).name, from: origin?.value ?? '' });
    }
  }
  return { own, passedOn };
}

class Reader {
  readonly #source: string;
  readonly #comments: readonly Comment[];

  constructor(source: string, comments: readonly Comment[]) {
    this.#source = source;
    this.#comments = comments;
  }

  declare(node: Node, start: number): Declaration[] {
    const doc = this.#docBefore(start);
    const text = this.#withoutBody(node);
    switch (node.type) {
      case 'ClassDeclaration':
        return [{ name: nameOf(node), kind: 'class', doc, text, members: this.#membersOf(node.body as Node) }];
      case 'FunctionDeclaration':
        return [{ name: nameOf(node), kind: 'function', doc, text, members: [] }];
      case 'TSTypeAliasDeclaration': {
        const value = node.typeAnnotation as Node;
        const members = value.type === 'TSTypeLiteral' ? this.#fieldsOf(value.members as readonly Node[]) : [];
        return [{ name: nameOf(node), kind: 'type', doc, text: this.#slice(node), members }];
      }
      case 'VariableDeclaration':
        return (node.declarations as readonly Node[]).map((declared) => {
          const name = nameOf(declared);
          return { name, kind: 'value', doc, text: `const ${name}`, members: [] };
        });
      default:
        return [];
    }
  }

  #membersOf(body: Node): Member[] {
    return (body.body as readonly Node[]).flatMap((member) => {
      const key = member.key as Node | undefined;
      const isOurs = key === undefined || key.type === 'PrivateIdentifier' || member.accessibility === 'private';
      if (isOurs || member.kind === 'constructor' || member.static === true) return [];
      return [{ name: this.#slice(key), text: this.#withoutBody(member), doc: this.#docBefore(member.start) }];
    });
  }

  #fieldsOf(members: readonly Node[]): Member[] {
    return members.flatMap((member) => {
      const key = member.key as Node | undefined;
      if (key === undefined) return [];
      return [{ name: this.#slice(key), text: this.#slice(member), doc: this.#docBefore(member.start) }];
    });
  }

  #slice({ start, end }: { readonly start: number; readonly end: number }): string {
    return this.#source.slice(start, end).replace(/;$/, '');
  }

  /** Of a function, method or class all that stands before its body. */
  #withoutBody(node: Node): string {
    const body = ((node.value as Node | undefined)?.body ?? node.body) as Node | null | undefined;
    return this.#slice(body ? { start: node.start, end: body.start } : node).trim();
  }

  /** The docstring right before this place, as text. */
  #docBefore(start: number): string {
    const comment = this.#comments.findLast(({ end }) => end <= start);
    if (comment === undefined || !comment.value.startsWith('*')) return '';
    if (this.#source.slice(comment.end, start).trim() !== '') return '';
    const lines = comment.value.slice(1).split('\n');
    return lines
      .map((line) => line.replace(/^\s*\* ?/, '').trim())
      .join(' ')
      .trim();
  }
}

function nameOf(node: Node): string {
  return (node.id as { readonly name: string }).name;
}
