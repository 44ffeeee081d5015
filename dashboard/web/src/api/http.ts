/** One field that the server refuses, as in a problem's `errors`. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** An answer that is not 2xx, or no answer at all (status 0). `detail` is the server's own sentence. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly FieldProblem[];
  /** Of a 409: what is so now. */
  readonly winner: Winner | null;
  constructor(status: number, detail: string, { errors = [], winner = null }: { errors?: readonly FieldProblem[]; winner?: Winner | null } = {}) {
    super(`${status} ${detail}`);
    this.status = status;
    this.detail = detail;
    this.errors = errors;
    this.winner = winner;
  }
}

/** The row that a change came too late for. */
export interface Winner {
  readonly version: number;
  readonly state: string;
}

interface Request {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly form?: FormData;
  readonly signal?: AbortSignal | undefined;
}

/** @throws ApiError on every refusal; status 0 when the network failed. An aborted request throws the abort itself. */
export async function request<T>(path: string, { method = 'GET', body, form, signal }: Request = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  let answer: Response;
  try {
    const payload = form ?? (body === undefined ? null : JSON.stringify(body));
    answer = await fetch(path, { method, headers, body: payload, credentials: 'same-origin', signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(0, '');
  }
  if (answer.status === 204) return undefined as T;
  const json: unknown = await answer.json().catch(() => null);
  if (answer.ok) return json as T;
  const { detail, title, errors, version, state } = (json ?? {}) as { detail?: string; title?: string; errors?: readonly FieldProblem[]; version?: number; state?: string };
  const winner = answer.status === 409 && version !== undefined && state !== undefined ? { version, state } : null;
  throw new ApiError(answer.status, detail ?? title ?? answer.statusText, { errors: errors ?? [], winner });
}

/** Query string of the given fields; absent and empty ones are left out, lists are joined by commas. */
export function query(fields: Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) continue;
    params.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
