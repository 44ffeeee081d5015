import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { startFaultProxy, type FaultProxy, type ProxyMode } from './fault-proxy.ts';
import { until } from './until.ts';

/** Answers every piece with itself; a piece `dump N` with N bytes. */
let echo: Server;
let echoPort: number;
let proxy: FaultProxy;
const clients: Client[] = [];

interface Client { readonly socket: Socket; received: number; text: string; error: string | undefined }

beforeAll(async () => {
  echo = createServer(socket => {
    socket.on('error', () => undefined);
    socket.on('data', chunk => {
      const dump = /^dump (\d+)$/.exec(chunk.toString())?.[1];
      socket.write(dump === undefined ? chunk : Buffer.alloc(Number(dump), 'x'));
    });
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  echoPort = typeof address === 'object' && address ? address.port : 0;
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy();
  await proxy.close();
  await until('the server has no connection left', async () => await new Promise<number>(resolve => { echo.getConnections((_, count) => { resolve(count); }); }) === 0);
});

afterAll(async () => {
  echo.close();
  await once(echo, 'close');
});

async function open(mode?: ProxyMode): Promise<Client> {
  if (mode || clients.length === 0) proxy = await startFaultProxy({ port: echoPort, ...(mode ? { mode } : {}) });
  return dial();
}

function dial(): Client {
  const socket = connect(proxy.port, '127.0.0.1');
  const client: Client = { socket, received: 0, text: '', error: undefined };
  socket.on('data', chunk => {
    client.received += chunk.length;
    client.text = (client.text + chunk.toString()).slice(-100);
  });
  socket.on('error', (error: NodeJS.ErrnoException) => { client.error = error.code; });
  clients.push(client);
  return client;
}

async function talk(client: Client, words: string): Promise<void> {
  client.socket.write(words);
  await until(`${words} comes back`, () => client.text.endsWith(words));
}

test('pass: both directions, and the end', async () => {
  const client = await open();
  await talk(client, 'hello');
  expect([proxy.connections, proxy.accepted]).toEqual([1, 1]);
  client.socket.end();
  await until('the connection is closed', () => proxy.connections === 0 && client.socket.destroyed);
  expect(client.error).toBeUndefined();
});

test('refuse: those that stand go on, new ones do not come in', async () => {
  const old = await open();
  await talk(old, 'one');
  proxy.setMode({ kind: 'refuse' });
  const fresh = dial();
  await until('the new connection is refused', () => fresh.error !== undefined);
  await talk(old, 'two');
  proxy.setMode({ kind: 'pass' });
  await talk(dial(), 'three');
});

test('blackhole: open and silent; what was sent arrives when it ends', async () => {
  const client = await open();
  await talk(client, 'one');
  proxy.setMode({ kind: 'blackhole' });
  client.socket.write('two');
  const fresh = dial();
  fresh.socket.write('three');
  await new Promise(resolve => { setTimeout(resolve, 300); });
  expect([client.text, fresh.text, client.socket.destroyed, fresh.socket.destroyed]).toEqual(['one', '', false, false]);
  proxy.setMode({ kind: 'pass' });
  await until('everything arrives', () => client.text === 'onetwo' && fresh.text === 'three');
});

test('close ends connections in a blackhole too', async () => {
  const client = await open();
  await talk(client, 'one');
  proxy.setMode({ kind: 'blackhole' });
  client.socket.write('two');
  await proxy.close();
  await until('the connection ends', () => client.socket.destroyed);
  expect(proxy.close()).toBe(proxy.close());
});

test('reset: at once, and new ones too; resetAll: once', async () => {
  const client = await open();
  await talk(client, 'one');
  proxy.resetAll();
  await until('the connection is reset', () => client.error === 'ECONNRESET');
  const second = dial();
  await talk(second, 'two');
  proxy.setMode({ kind: 'reset' });
  await until('the connection is reset', () => second.error === 'ECONNRESET');
  const third = dial();
  await until('the new connection is reset', () => third.error !== undefined);
});

test('cut: the connection ends after so many bytes', async () => {
  const client = await open({ kind: 'cut', afterBytes: 200_000 });
  client.socket.write('dump 1000000');
  await until('the connection ends', () => client.socket.destroyed);
  expect(client.received).toBeLessThan(200_000);
});

test('delay: later, in order, all of it, as one line and not one by one', async () => {
  const client = await open({ kind: 'delay', ms: 500 });
  const began = performance.now();
  client.socket.write('dump 3000000');
  await until('it comes', () => client.received > 0);
  expect(performance.now() - began).toBeGreaterThan(990);
  await until('all of it comes', () => client.received === 3_000_000);
  // One by one, some 46 pieces of 64 KiB would take 23 s.
  expect(performance.now() - began).toBeLessThan(15_000);
});

test('throttle: not faster than told', async () => {
  const client = await open({ kind: 'throttle', bytesPerSecond: 200_000 });
  const began = performance.now();
  client.socket.write('dump 100000');
  await until('all of it comes', () => client.received === 100_000);
  expect(performance.now() - began).toBeGreaterThan(450);
});

test('a server that is not there is a closed connection', async () => {
  proxy = await startFaultProxy({ port: 1 });
  const client = dial();
  await until('the connection ends', () => client.socket.destroyed);
});
