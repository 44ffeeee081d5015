import { createHash, timingSafeEqual } from 'node:crypto';
import Fastify from 'fastify';
import type { AddressInfo } from 'node:net';

/**
 * Calls between roles on the internal network: POST /METHOD with JSON in, JSON or bytes out, under a shared secret.
 * A handler that throws RpcError answers its status; anything else is 500 with its message.
 */
export type RpcHandler = (params: unknown) => Promise<RpcAnswer>;
export type RpcAnswer = { readonly json: unknown } | { readonly bytes: Buffer; readonly mime: string };

export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface RpcServer {
  readonly url: string;
  close(): Promise<void>;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export async function serveRpc({ host, port, secret, handler }: {
  host: string; port: number; secret: string; handler: (method: string) => RpcHandler;
}): Promise<RpcServer> {
  const server = Fastify({ bodyLimit: 4 * 1024 * 1024 });
  server.post<{ Params: { method: string } }>('/:method', async (request, reply) => {
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${secret}`))) return reply.code(401).send({ detail: 'wrong secret' });
    try {
      const answer = await handler(request.params.method)(request.body);
      return 'bytes' in answer ? await reply.type(answer.mime).send(answer.bytes) : await reply.send({ value: answer.json });
    } catch (error) {
      const status = error instanceof RpcError ? error.status : 500;
      return reply.code(status).send({ detail: error instanceof Error ? error.message : String(error) });
    }
  });
  await server.listen({ host, port });
  const address = server.server.address() as AddressInfo;
  return { url: `http://${host}:${address.port}`, close: () => server.close() };
}

async function post(url: string, secret: string, method: string, params: unknown, timeoutMs: number): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`${url}/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(params ?? null),
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    throw new RpcError(503, `vision node is out of reach: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!response.ok) {
    const body = (await response.json().catch(() => ({}))) as { detail?: string };
    throw new RpcError(response.status, body.detail ?? response.statusText);
  }
  return response;
}

/** @throws RpcError with the far side's status, or 503 when it is out of reach */
export async function callRpc<T>(url: string, secret: string, method: string, params: unknown, timeoutMs = 10_000): Promise<T> {
  const response = await post(url, secret, method, params, timeoutMs);
  return ((await response.json()) as { value: T }).value;
}

export async function callRpcBytes(url: string, secret: string, method: string, params: unknown, timeoutMs = 20_000): Promise<{ bytes: Buffer; mime: string }> {
  const response = await post(url, secret, method, params, timeoutMs);
  return { bytes: Buffer.from(await response.arrayBuffer()), mime: response.headers.get('content-type') ?? 'application/octet-stream' };
}
