import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import ffmpeg from 'fluent-ffmpeg';
import { maskText } from './mask.ts';

export interface FfmpegOutput {
  readonly options: readonly string[];
  readonly target: string | Writable;
}

export interface FfmpegJob {
  readonly inputOptions: readonly string[];
  /** What follows `-i`; null: `stdin` is the input. */
  readonly input: string | null;
  /** Text for stdin, such as a list that names the camera: what must not be seen in the list of processes. */
  readonly stdin: string | null;
  /** At most one of them a stream; it is not closed at the end. */
  readonly outputs: readonly FfmpegOutput[];
  readonly cwd?: string;
  /** Lines of stderr as they come, passwords masked. */
  readonly onLine?: (line: string) => void;
}

/** How a process ended. `code` and `signal` are null when it could not be started. */
export interface FfmpegEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last line that says anything, for people. */
  readonly reason: string;
}

export interface FfmpegProcess {
  readonly pid: number | null;
  /** Never rejects. */
  readonly ended: Promise<FfmpegEnd>;
  /** The last 100 lines. */
  lines(): readonly string[];
  /** SIGTERM, and SIGKILL when that is not heard; resolves when the process is gone. The same promise when called again. */
  stop(): Promise<void>;
}

const keptLines = 100;
const patienceMs = 3000;

ffmpeg.setFfmpegPath(join(import.meta.dirname, 'ffmpeg.sh'));

/** Starts ffmpeg. It has its own session, no environment, and dies with this process. */
export function startFfmpegJob(job: FfmpegJob): FfmpegProcess {
  const lines: string[] = [];
  const command = ffmpeg({ stdoutLines: 1, ...(job.cwd === undefined ? {} : { cwd: job.cwd }) });
  command.input(job.input ?? Readable.from([job.stdin ?? '']));
  add(job.inputOptions, (...options) => command.inputOptions(...options));
  for (const { options, target } of job.outputs) {
    if (typeof target === 'string') command.output(target);
    else command.output(target, { end: false });
    add(options, (...all) => command.outputOptions(...all));
  }
  let child: ChildProcess | null = null;
  let stopping: Promise<void> | null = null;
  const ended = new Promise<FfmpegEnd>((resolve) => {
    command.on('start', () => {
      child = (command as unknown as { ffmpegProc: ChildProcess }).ffmpegProc;
      if (stopping !== null) child.kill('SIGTERM');
    });
    command.on('stderr', (line: string) => {
      const masked = maskText(line);
      lines.push(masked);
      if (lines.length > keptLines) lines.shift();
      job.onLine?.(masked);
    });
    const end = async (reason: string): Promise<void> => {
      if (child !== null && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      resolve({ code: child?.exitCode ?? null, signal: child?.signalCode ?? null, reason });
    };
    command.on('error', (error: Error) => void end(lastWords(lines) ?? maskText(error.message)));
    command.on('end', () => void end(lastWords(lines) ?? 'ffmpeg came to an end'));
  });
  command.run();
  async function stop(): Promise<void> {
    child?.kill('SIGTERM');
    const timer = setTimeout(() => child?.kill('SIGKILL'), patienceMs);
    await ended;
    clearTimeout(timer);
  }
  return {
    get pid() { return child?.pid ?? null; },
    ended,
    lines: () => lines,
    stop: () => stopping ??= stop(),
  };
}

// fluent-ffmpeg splits an option at its blank when it gets a list or a single one, so each call carries several
function add(options: readonly string[], to: (...options: string[]) => unknown): void {
  if (options.length === 1) throw new Error(`a lone option would be split: ${options[0] ?? ''}`);
  if (options.length > 0) to(...options);
}

function lastWords(lines: readonly string[]): string | null {
  return lines.findLast((line) => line.trim() !== '' && !/^(frame=|video:|Exiting normally)/.test(line)) ?? null;
}

/** Starts ffmpeg with a plain list of arguments that has one input and one output. */
export function startFfmpeg(args: readonly string[], { stdin }: { stdin: string | null }): FfmpegProcess {
  const at = args.indexOf('-i');
  const target = args.at(-1);
  if (at < 0 || target === undefined) throw new Error('arguments without -i');
  return startFfmpegJob({
    inputOptions: args.slice(0, at), input: stdin === null ? args[at + 1] ?? null : null, stdin,
    outputs: [{ options: args.slice(at + 2, -1), target }],
  });
}

/** Runs a short job to its end. @throws Error with ffmpeg's last words when it fails or takes longer than `timeoutMs` */
export async function runFfmpeg(job: FfmpegJob, timeoutMs: number): Promise<void> {
  const running = startFfmpegJob(job);
  const timer = setTimeout(() => void running.stop(), timeoutMs);
  const { code, reason } = await running.ended;
  clearTimeout(timer);
  if (code !== 0) throw new Error(`ffmpeg failed: ${reason}`);
}
