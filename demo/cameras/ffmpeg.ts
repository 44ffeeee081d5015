import { spawn } from 'node:child_process';

/** Thrown when ffmpeg or ffprobe is absent or ends with an error; `message` carries the end of what it said. */
export class FfmpegError extends Error {
  override readonly name = 'FfmpegError';
}

/**
 * Runs ffmpeg or ffprobe to its end.
 * @returns what it wrote to stdout and to `pipe:3`
 * @throws FfmpegError
 */
export async function runFfmpeg(program: 'ffmpeg' | 'ffprobe', args: readonly string[]): Promise<{ stdout: Buffer; pipe3: Buffer }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    const outputs = [1, 2, 3].map(fd => {
      const chunks: Buffer[] = [];
      child.stdio[fd]?.on('data', (chunk: Buffer) => { chunks.push(chunk); });
      return chunks;
    });
    const text = (index: number): Buffer => Buffer.concat(outputs[index] ?? []);
    child.once('error', error => { reject(new FfmpegError(`${program} cannot be started: ${error.message}`)); });
    child.once('close', (code, signal) => {
      if (code === 0) resolve({ stdout: text(0), pipe3: text(2) });
      else reject(new FfmpegError(`${program} ended with ${String(signal ?? code)}: ${text(1).toString().slice(-600).trim()}`));
    });
  });
}
