/**
 * Refusals of the services, each with one meaning at the edge: 404, 403, 409, 422. Anything else that is thrown is a defect or an
 * outage.
 */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

export class Forbidden extends Error {
  override readonly name = 'Forbidden';
}

/** Somebody else was first, or the thing is no longer in a state that allows this. `version` and `state` are the winner's. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
  readonly version: number;
  readonly state: string;
  constructor(message: string, now: { version: number; state: string }) {
    super(message);
    this.version = now.version;
    this.state = now.state;
  }
}

export interface FieldError {
  /** Dotted path in the input, e.g. `input.media.0`. */
  readonly path: string;
  readonly message: string;
}

export class Invalid extends Error {
  override readonly name = 'Invalid';
  readonly errors: readonly FieldError[];
  constructor(errors: readonly FieldError[]) {
    super(errors.map((e) => `${e.path}: ${e.message}`).join('; '));
    this.errors = errors;
  }
}

/** One wrong field. */
export function invalid(path: string, message: string): Invalid {
  return new Invalid([{ path, message }]);
}
