/** What a line of ffmpeg's stderr tells, as far as a standing process needs it. */
export type FfmpegLine =
  | { readonly kind: 'sample'; readonly number: number; readonly time: number; readonly width: number; readonly height: number; readonly key: boolean }
  /** A new piece of the recording was begun; the list holds all before it. */
  | { readonly kind: 'segment'; readonly index: number }
  /** Comes each second while packets flow. Seconds since the first packet. */
  | { readonly kind: 'progress'; readonly time: number }
  /** The decoder's pictures have this form from now on. */
  | { readonly kind: 'configured' }
  | { readonly kind: 'video'; readonly codec: string; readonly width: number; readonly height: number }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'lost'; readonly packets: number }
  /** Packets whose times go back. */
  | { readonly kind: 'disorder' };

/** Reads one line; lines of several threads may run into one another, so one may tell several things. Pure. */
export function parseFfmpegLine(line: string): FfmpegLine[] {
  const found: FfmpegLine[] = [];
  const sample = /\bn: *(\d+) pts: *-?\w+ +pts_time:(\S+).* s:(\d+)x(\d+) .*iskey:(\d)/.exec(line);
  if (sample) found.push({ kind: 'sample', number: Number(sample[1]), time: Number(sample[2]), width: Number(sample[3]), height: Number(sample[4]), key: sample[5] === '1' });
  const segment = /Opening '(?:[^']*\/)?(\d{6,})\.ts' for writing/.exec(line);
  if (segment) found.push({ kind: 'segment', index: Number(segment[1]) });
  const progress = /\btime=(-?)(\d+):(\d\d):(\d\d\.\d+)/.exec(line);
  if (progress) found.push({ kind: 'progress', time: (progress[1] === '-' ? -1 : 1) * (Number(progress[2]) * 3600 + Number(progress[3]) * 60 + Number(progress[4])) });
  if (/showinfo.*config in time_base/.test(line)) found.push({ kind: 'configured' });
  const video = /^ +Stream #0:0.*: Video: (\w+).*?, (\d{2,5})x(\d{2,5})\b/.exec(line);
  if (video?.[1] !== undefined) found.push({ kind: 'video', codec: video[1], width: Number(video[2]), height: Number(video[3]) });
  if (/concealing \d+|corrupt decoded frame|error while decoding MB/.test(line)) found.push({ kind: 'damaged' });
  const lost = /RTP: missed (\d+) packets/.exec(line);
  if (lost) found.push({ kind: 'lost', packets: Number(lost[1]) });
  if (/Non-monotonous DTS|Invalid DTS/.test(line)) found.push({ kind: 'disorder' });
  return found;
}
