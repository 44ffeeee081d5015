import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { Conflict, Forbidden, Invalid, NotFound, type FieldError } from '../domain/errors.ts';
import { EvidenceFullError } from '../platform/evidence-store.ts';
import type { Log } from '../platform/log.ts';
import { RpcError } from '../platform/rpc.ts';

/** An answer that is no success, as RFC 9457 wants it. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly [more: string]: unknown;
}

const titles: Readonly<Record<number, readonly [slug: string, title: string]>> = {
  400: ['bad-request', 'The request cannot be read'],
  401: ['not-signed-in', 'Sign in first'],
  403: ['forbidden', 'Not allowed'],
  404: ['not-found', 'There is no such thing'],
  405: ['method-not-allowed', 'This cannot be done here'],
  409: ['conflict', 'Somebody was first, or the state does not allow it'],
  413: ['too-large', 'Too large'],
  415: ['unsupported-media-type', 'This kind of content is not taken'],
  416: ['range-not-satisfiable', 'No such range'],
  422: ['invalid', 'Some fields cannot be taken'],
  429: ['too-many-requests', 'Too many attempts'],
  500: ['internal', 'Something went wrong here'],
  502: ['vision-failed', 'The vision node failed'],
  503: ['unavailable', 'Out of service for the moment'],
  507: ['storage-full', 'No space left'],
};

export function problem(status: number, detail: string, more: Readonly<Record<string, unknown>> = {}): ProblemBody {
  const [slug, title] = titles[status] ?? ['error', 'Error'];
  return { type: `urn:xuncheng:problem:${slug}`, title, status, detail, ...more };
}

/** A refusal with its own status; for what domain/errors.ts has no word. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly more: Readonly<Record<string, unknown>>;
  constructor(status: number, detail: string, more: Readonly<Record<string, unknown>> = {}) {
    super(detail);
    this.status = status;
    this.more = more;
  }
}

const codeOf = (error: unknown): string => (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '');

/** The database cannot be reached, is starting or stopping, or has no connection to spare: not the caller's fault, and it passes. */
export function isOutage(error: unknown): boolean {
  if (error instanceof AggregateError && error.errors.some(isOutage)) return true;
  const code = codeOf(error);
  if (/^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_AGAIN)/.test(code)) return true;
  if (/^(08|57P|53)/.test(code) || code === '57014' || code === '25006') return true;
  return error instanceof Error && /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/.test(error.message);
}

/** "/rules/0/dwell" → "rules[0].dwell" */
function pathText(pointer: string): string {
  return pointer.split('/').filter((p) => p !== '').reduce((text, part) => (/^\d+$/.test(part) ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '');
}

function validationProblem(error: FastifyError): ProblemBody | null {
  if (!hasZodFastifySchemaValidationErrors(error)) return null;
  // an id that cannot be one is the id of nothing
  if (error.validationContext === 'params') return problem(404, 'there is nothing with this id');
  const errors = error.validation.map((v) => ({ path: pathText(v.instancePath) || error.validationContext || 'body', message: v.message ?? 'is not valid' }));
  return problem(400, errors.map((e) => `${e.path}: ${e.message}`).join('; ').slice(0, 2000), { errors: errors.slice(0, 100) });
}

/** The one place where refusals and failures get their status. Null: a defect. */
export function problemOf(error: unknown): ProblemBody | null {
  if (error instanceof ProblemError) return problem(error.status, error.message, error.more);
  if (error instanceof NotFound) return problem(404, error.message || 'there is nothing with this id');
  if (error instanceof Forbidden) return problem(403, error.message || 'your roles do not allow this');
  if (error instanceof Conflict) return problem(409, error.message, { version: error.version, state: error.state });
  if (error instanceof Invalid) return problem(422, error.message.slice(0, 2000), { errors: error.errors });
  if (error instanceof EvidenceFullError) return problem(507, error.message);
  if (error instanceof RpcError) return problem(error.status === 404 || error.status === 503 || error.status === 409 ? error.status : 502, error.message);
  if (isOutage(error)) return problem(503, 'the database cannot be reached at the moment; nothing was changed that was not answered');
  const code = codeOf(error);
  // class 22: text that PostgreSQL cannot hold (NUL, lone surrogates), numbers beyond its types
  if (code.startsWith('22')) return problem(400, 'a value cannot be stored: text with NUL or broken characters, or a number or time out of range');
  if (code === '23503') return problem(422, 'it refers to something that does not exist');
  if (code === '23505') return problem(409, 'there is one already');
  if (error instanceof Error && 'validation' in error) {
    const invalid = validationProblem(error as FastifyError);
    if (invalid !== null) return invalid;
  }
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500) {
    return problem(error.statusCode, error.message);
  }
  return null;
}

export function createErrorHandler(log: Log): (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  return (error, request, reply) => {
    let body = problemOf(error);
    if (body === null) {
      log.error({ err: error, request: request.id, method: request.method, route: request.routeOptions.url }, 'request failed');
      body = problem(500, `unexpected failure, noted in the log as ${request.id}`);
    }
    if (body.status === 503 && !reply.hasHeader('retry-after')) void reply.header('retry-after', '1');
    return reply.code(body.status).type('application/problem+json').send(body);
  };
}
