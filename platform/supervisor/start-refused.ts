/** A start that a person has to mend; the message is for them. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

/** Ends the process with the reason; one that a person has to mend stands alone. */
export function failStart(error: unknown): never {
  console.error(error instanceof StartRefused ? error.message : error);
  process.exit(1);
}
