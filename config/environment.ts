import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';

const port = z.coerce.number('allowed: a port, 0 to 65535').int().min(0).max(65535, 'allowed: a port, 0 to 65535');
const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'allowed: postgres://USER:PASSWORD@HOST:PORT/DATABASE');

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  return family !== 0 && more.length === 0 && (bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)));
}

const environmentSchema = z.object({
  XUNCHENG_DATA: z.string().min(1).default('./data').transform((p) => resolve(p)),
  XUNCHENG_CONFIG: z.string().min(1).optional(),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(8080),
  /** Address on which a vision node answers the other roles; on several hosts, that of the internal network. */
  XUNCHENG_RPC_HOST: z.string().min(1).default('127.0.0.1'),
  /** Balancers in front of the desk whose X-Forwarded headers are believed: who failed to sign in is counted by the address they name. */
  XUNCHENG_TRUSTED_PROXIES: z.string().optional().refine((text) => text === undefined || text.split(',').every((each) => isNetwork(each.trim())), 'allowed: addresses or networks with commas between, such as 10.0.0.5,10.1.0.0/16'),
  /** TLS ends at the balancer: cookies are Secure all the same. */
  XUNCHENG_SECURE_COOKIES: z.enum(['0', '1'], 'allowed: 0, 1').default('0').transform((text) => text === '1'),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_ADMIN_URL: postgresUrl.optional(),
  REDIS_URL: z.string().regex(/^rediss?:\/\//, 'allowed: redis://:PASSWORD@HOST:PORT').optional(),
  XUNCHENG_SECRET: z.string().min(32, 'allowed: 32 characters or more, the same on every host').optional(),
  XUNCHENG_ADMIN_PASSWORD: z.string().min(10, 'allowed: 10 characters or more').optional(),
}).superRefine((env, context) => {
  if ((env.TLS_CERT === undefined) !== (env.TLS_KEY === undefined)) {
    context.addIssue({ code: 'custom', path: [env.TLS_CERT === undefined ? 'TLS_CERT' : 'TLS_KEY'], message: 'TLS_CERT and TLS_KEY go together' });
  }
  if (env.DATABASE_URL === undefined && env.DATABASE_ADMIN_URL !== undefined) {
    context.addIssue({ code: 'custom', path: ['DATABASE_URL'], message: 'DATABASE_ADMIN_URL is given without DATABASE_URL' });
  }
});

/** Settings of the process's environment; api.md's "Start". */
export type Environment = z.infer<typeof environmentSchema>;

export function parseEnvironment(env: NodeJS.ProcessEnv): z.ZodSafeParseResult<Environment> {
  // an empty variable is one that is not set
  return environmentSchema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
}
