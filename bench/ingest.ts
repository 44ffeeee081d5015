import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeBenchClip } from '../test/support/make-clip.ts';
import { startTestServers } from '../test/support/servers.ts';
import { ownProcessorTime, processorTime } from './processor-time.ts';

const limit = 1.3;

/** What the children of this bench are told and tell. */
export type ServerOrder = { readonly file: string; readonly cameras: number };
export type SideOrder = { readonly databaseUrl: string; readonly dataDir: string; readonly urls: readonly string[] };

/**
 * The command that a person would type for the same: key frames as raw RGB at 640x360, and the recording in pieces of 2 s. To the disk
 * and to /dev/null: somebody has to take the samples, but what that costs is ours to justify.
 */
function bareCommand(url: string): string[] {
  return [
    '-nostdin', '-loglevel', 'error', '-threads', '1', '-skip_frame', 'nokey', '-rtsp_transport', 'tcp', '-i', url,
    '-map', '0:v:0', '-vf', 'scale=640:-2,format=rgb24', '-threads', '1', '-fps_mode', 'passthrough', '-f', 'rawvideo', '-y', '/dev/null',
    '-map', '0:v:0', '-c', 'copy', '-flush_packets', '1', '-f', 'segment', '-segment_time', '2', '-segment_format', 'mpegts', '%06d.ts',
  ];
}

async function answer<T>(child: ChildProcess, order: object): Promise<T> {
  child.send(order);
  const ended = once(child, 'exit').then(() => { throw new Error('a process of the bench ended'); });
  const [message] = await Promise.race([once(child, 'message'), ended]) as [T];
  return message;
}

/**
 * Processor time per camera of our ingest (its process and all its children; not the cameras, not PostgreSQL) against the bare ffmpeg
 * that does the same: both at the same time from the same cameras, 1080p25 at 4 Mbit/s with a key frame every 2 s.
 * Options: `cameras` (16), `seconds` (40).
 */
export async function ingest(options: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const cameras = Number(options['cameras'] ?? 16);
  const seconds = Number(options['seconds'] ?? 40);
  const folder = await mkdtemp(join(tmpdir(), 'xuncheng-bench-'));
  const children: ChildProcess[] = [];
  const servers = await startTestServers();
  try {
    const file = await makeBenchClip(join(folder, 'street.mp4'));
    const start = (name: string): ChildProcess => {
      const child = fork(join(import.meta.dirname, name), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      children.push(child);
      return child;
    };
    const { urls } = await answer<{ urls: string[] }>(start('ingest-cameras.ts'), { file, cameras } satisfies ServerOrder);
    const ours = start('ingest-side.ts');
    await answer(ours, { databaseUrl: servers.databaseUrl, dataDir: join(folder, 'ours'), urls } satisfies SideOrder);
    const bare: ChildProcess[] = [];
    for (const [i, url] of urls.entries()) {
      const cwd = join(folder, `bare-${i}`);
      await mkdir(cwd);
      const child = spawn('ffmpeg', bareCommand(url), { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
      bare.push(child);
      children.push(child);
    }
    await sleep(5000);
    const times = (): { ours: number; node: number; bare: number } => ({ ours: processorTime(ours.pid ?? 0), node: ownProcessorTime(ours.pid ?? 0), bare: bare.reduce((sum, child) => sum + processorTime(child.pid ?? 0), 0) });
    const before = times();
    const counted = await answer<{ samples: number }>(ours, {});
    const began = performance.now();
    await sleep(seconds * 1000);
    const after = times();
    const took = (performance.now() - began) / 1000;
    const { samples } = await answer<{ samples: number }>(ours, {});
    const percent = (time: number): number => Math.round(time / took / cameras * 100_000) / 1000;
    const [oursPercent, barePercent] = [percent(after.ours - before.ours), percent(after.bare - before.bare)];
    const ratio = Math.round(oursPercent / barePercent * 1000) / 1000;
    const samplesExpected = Math.round(took / 2 * cameras);
    return {
      cameras, seconds: Math.round(took), processor: cpus()[0]?.model, oursPercentOfCorePerCamera: oursPercent, ofThatNode: percent(after.node - before.node), barePercentOfCorePerCamera: barePercent, ratio, limit,
      samples: samples - counted.samples, samplesExpected, ok: ratio <= limit && samples - counted.samples > samplesExpected * 0.9,
    };
  } finally {
    for (const child of children) {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.kill(child.connected ? 'SIGKILL' : 'SIGTERM');
        await gone;
      }
    }
    await servers.close();
    await rm(folder, { recursive: true, force: true });
  }
}
