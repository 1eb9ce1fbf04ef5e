/** Something that a client sent and that is answered with an error of OpenAI's shape. */
export class Unusable extends Error {
  readonly code: string;
  /** The field that is wrong; null: none in particular. */
  readonly param: string | null;

  constructor(code: string, message: string, param: string | null = null) {
    super(message);
    this.code = code;
    this.param = param;
  }
}
