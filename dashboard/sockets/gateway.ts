import type { IncomingMessage } from 'node:http';
import { Server } from 'socket.io';
import { z } from 'zod';
import type { ClientToServer, LiveChange, ServerToClient } from '../../domain/live-events.ts';
import { listen } from '../../platform/listen.ts';
import { refusal } from '../access.ts';
import type { App, Context } from '../context.ts';
import { comesFromOurPages, credentialOf } from '../credentials.ts';
import { createHealthWatch } from '../health.ts';
import { mayUse, socketPolicies } from '../policy.ts';
import { problem, problemOf, ProblemError } from '../problems.ts';
import type { SignedIn } from '../sessions.ts';
import { createEventFeed } from './event-feed.ts';
import { serveLive, type DeskSocket } from './live.ts';
import { Reader } from './reader.ts';

/** How often open sockets are measured against the sessions they stand on; an end is seen within this and a query. */
const sessionCheckMs = 2000;
const positionMs = 2000;

const authSchema = z.object({
  since: z.int().nonnegative().nullish(),
  token: z.string().max(200).nullish(),
}).default({});

/** Everything of a person that a socket was opened under; when it changes the socket ends. */
const standing = ({ user }: SignedIn): string => JSON.stringify([user.id, user.roles, user.unit?.id, user.scope, user.mustChangePassword]);

/**
 * Socket.IO: tells each person what changed in his scope, in the order of the event log, from the sequence number on that he has seen;
 * carries the signalling of live tiles; ends within seconds when the session does.
 */
export function startSockets(app: App, context: Context, databaseUrl: string | undefined): { close(): Promise<void> } {
  const { db, log, sessions, metrics, secure, queues } = context;
  const listening = databaseUrl === undefined ? null : listen({ databaseUrl, channels: ['sequenced'], onWake: () => feed.wake(), log });
  const health = createHealthWatch({ db, queues });
  const feed = createEventFeed({ db, log, isTold: () => listening?.connected() === true, onFailure: () => health.look() });
  const io = new Server<ClientToServer, ServerToClient, Record<string, never>, DeskSocket['data']>(app.server, {
    path: '/socket.io', serveClient: false, maxHttpBufferSize: 256 * 1024, pingInterval: 10_000, pingTimeout: 8000,
    // a WebSocket is not bound by the same-origin policy: without this any page could listen with the person's cookie
    allowRequest: (request: IncomingMessage, decide) => decide(null, comesFromOurPages(request.headers, request.headers.host ?? '')),
  });

  async function admit(socket: DeskSocket): Promise<void> {
    const auth = authSchema.safeParse(socket.handshake.auth);
    if (!auth.success) throw new ProblemError(400, `auth.${auth.error.issues[0]?.path.join('.') ?? ''}: ${auth.error.issues[0]?.message ?? 'is not valid'}`);
    const { token } = auth.data;
    const credential = token === null || token === undefined ? credentialOf(socket.request.headers, secure) : { kind: 'token' as const, secret: token };
    const who = credential === null ? null : await sessions.find(credential);
    if (who === null) throw new ProblemError(401, 'sign in first');
    const refused = refusal(socketPolicies.position, who);
    if (refused !== null) throw refused;
    socket.data.signedIn = who;
  }

  async function decide(socket: DeskSocket, next: (refused?: Error) => void): Promise<void> {
    let refused: Error | undefined;
    try {
      await admit(socket);
    } catch (error) {
      const body = problemOf(error) ?? problem(500, 'unexpected failure, noted in the log');
      if (body.status === 500) log.error({ err: error }, 'socket refused for a defect');
      // the browser gets the problem as `data` of its connect_error
      refused = Object.assign(new Error(body.detail), { data: body });
    }
    next(refused);
  }
  io.use((socket, next) => void decide(socket, next));

  io.on('connection', (socket) => {
    metrics.sockets.inc();
    const { signedIn } = socket.data;
    const { since } = authSchema.parse(socket.handshake.auth);
    const kinds = (['alert', 'case', 'camera'] as const).filter((kind) => mayUse(socketPolicies[kind], signedIn.user.roles));
    let unfollow: () => void = () => undefined;
    let reader: Reader | null = null;
    let lastPosition = 0;

    const start = async (): Promise<void> => {
      const head = await feed.head();
      if (!socket.connected) return;
      reader = new Reader({
        feed, view: { scope: signedIn.actor.scope, kinds }, log,
        // a number from before a restored backup would wait for ever
        position: Math.min(since ?? head, head),
        send: (change) => tell(socket, change),
        level: (seq) => {
          if (lastPosition !== 0 && performance.now() - lastPosition < positionMs) return;
          lastPosition = performance.now();
          socket.emit('position', { seq, at: new Date().toISOString() });
        },
      });
      unfollow = feed.follow((now) => reader?.wake(now));
      reader.wake(head);
    };
    const tryToStart = (): void => {
      start().catch((error: unknown) => {
        log.debug({ err: error }, 'socket waits for the database');
        if (socket.connected) setTimeout(tryToStart, 500).unref();
      });
    };
    tryToStart();
    const unwatch = health.follow(signedIn.actor.scope, (view) => socket.emit('health', view));
    serveLive(socket, context);
    socket.on('disconnect', () => {
      metrics.sockets.dec();
      unwatch();
      unfollow();
      reader?.stop();
    });
  });

  async function endStaleSessions(): Promise<void> {
    const sockets = [...io.sockets.sockets.values()];
    if (sockets.length === 0) return;
    const alive = await sessions.stillSignedIn([...new Set(sockets.map((s) => s.data.signedIn.id))]);
    for (const socket of sockets) {
      const now = alive.get(socket.data.signedIn.id);
      if (now !== undefined && standing(now) === standing(socket.data.signedIn)) continue;
      socket.emit('signedOut', { reason: now === undefined ? 'the session has ended' : 'roles or unit have changed; sign in again' });
      socket.disconnect(true);
    }
  }
  let checking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    checking = checking.then(endStaleSessions).catch((error: unknown) => log.debug({ err: error }, 'session check waits for the database'));
  }, sessionCheckMs);

  return {
    async close() {
      clearInterval(timer);
      io.disconnectSockets(true);
      // the HTTP server is the app's to close
      io.engine.close();
      await checking;
      await listening?.close();
      await feed.close();
      await health.close();
    },
  };
}

function tell(socket: DeskSocket, change: LiveChange & { seq: number; at: string }): void {
  switch (change.kind) {
    case 'alert':
      socket.emit('alert', change);
      break;
    case 'case':
      socket.emit('case', change);
      break;
    case 'camera':
      socket.emit('camera', change);
      break;
  }
}
