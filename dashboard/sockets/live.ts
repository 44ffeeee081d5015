import type { Socket } from 'socket.io';
import { z } from 'zod';
import { NotFound } from '../../domain/errors.ts';
import type { Ack, ClientToServer, ServerToClient } from '../../domain/live-events.ts';
import type { Db } from '../../platform/db/index.ts';
import type { Log } from '../../platform/log.ts';
import { refusal } from '../access.ts';
import { cameraQuery } from '../camera-view.ts';
import { socketPolicies } from '../policy.ts';
import type { LiveViewer, VisionPort } from '../ports.ts';
import { problemOf, ProblemError } from '../problems.ts';
import type { SignedIn } from '../sessions.ts';

export type DeskSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, { signedIn: SignedIn; kick?: (reason: string) => void }>;

/** A wall of 6 × 6 tiles. */
const mostViewers = 36;

const schemas = {
  'live:open': z.object({ camera: z.string().min(1).max(128), quality: z.enum(['high', 'low']).default('high') }),
  'live:connect': z.object({ viewer: z.string().max(128), dtlsParameters: z.looseObject({}) }),
  'live:consume': z.object({ viewer: z.string().max(128), rtpCapabilities: z.looseObject({}) }),
  'live:resume': z.object({ viewer: z.string().max(128) }),
  'live:close': z.object({ viewer: z.string().max(128) }),
} as const satisfies Record<keyof ClientToServer, z.ZodType>;
type Asked<E extends keyof ClientToServer> = z.output<(typeof schemas)[E]>;

/**
 * Signalling of live tiles: checked for role, camera scope and owner of the viewer, then carried to the vision node that holds the
 * camera. What a socket opened is closed when it goes.
 */
export function serveLive(socket: DeskSocket, { db, vision, log }: { db: Db; vision: VisionPort; log: Log }): void {
  const viewers = new Map<string, LiveViewer>();
  let opening = 0;

  const own = (id: string): LiveViewer => {
    const viewer = viewers.get(id);
    if (viewer === undefined) throw new NotFound('there is no such viewer of yours');
    return viewer;
  };
  const release = (viewer: LiveViewer): void => {
    viewers.delete(viewer.id);
    viewer.close().catch((error: unknown) => log.debug({ err: error }, 'viewer was gone already'));
  };

  const handle = <E extends keyof ClientToServer, T>(event: E, work: (asked: Asked<E>) => Promise<T>): void => {
    const listener = (payload: unknown, ack: unknown): void => {
      const answer: Ack<T> = typeof ack === 'function' ? (ack as Ack<T>) : () => undefined;
      void (async () => {
        const refused = refusal(socketPolicies[event], socket.data.signedIn);
        if (refused !== null) throw refused;
        const parsed = schemas[event].safeParse(payload);
        if (!parsed.success) throw new ProblemError(400, parsed.error.issues.map((i) => `${i.path.join('.') || event}: ${i.message}`).join('; ').slice(0, 500));
        return work(parsed.data as Asked<E>);
      })().then((value) => answer({ ok: true, value }), (error: unknown) => {
        const body = problemOf(error);
        if (body === null) log.error({ err: error, event }, 'socket event failed');
        answer({ ok: false, status: body?.status ?? 500, detail: body?.detail ?? 'unexpected failure, noted in the log' });
      });
    };
    // the payload is whatever the browser sent: typed only after it was checked
    (socket as unknown as { on(event: string, listener: (payload: unknown, ack: unknown) => void): void }).on(event, listener);
  };

  handle('live:open', async ({ camera, quality }) => {
    if (viewers.size + opening >= mostViewers) throw new ProblemError(429, `at most ${mostViewers} live pictures at a time`);
    const found = await cameraQuery(db, socket.data.signedIn.actor.scope).where('cameras.id', '=', camera).executeTakeFirst();
    if (found === undefined) throw new NotFound('there is no such camera');
    opening += 1;
    try {
      const viewer = await vision.openLive(camera, quality);
      viewers.set(viewer.id, viewer);
      // the socket may have gone while the node worked
      if (!socket.connected) release(viewer);
      return { viewer: viewer.id, rtpCapabilities: viewer.rtpCapabilities, transport: viewer.transport };
    } finally {
      opening -= 1;
    }
  });
  handle('live:connect', async ({ viewer, dtlsParameters }) => {
    await own(viewer).connect(dtlsParameters);
    return null;
  });
  handle('live:consume', ({ viewer, rtpCapabilities }) => own(viewer).consume(rtpCapabilities));
  handle('live:resume', async ({ viewer }) => {
    await own(viewer).resume();
    return null;
  });
  handle('live:close', ({ viewer }) => {
    release(own(viewer));
    return Promise.resolve(null);
  });

  socket.on('disconnect', () => {
    for (const viewer of [...viewers.values()]) release(viewer);
  });
}

export const liveEvents = Object.keys(schemas) as (keyof ClientToServer)[];
