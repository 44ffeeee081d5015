/**
 * Renders training pictures and demo clips.
 *   node models/scenes/render.ts pictures --count 100 --seed 1 --size 640x360 --out DIR [--style parade,plaza|holdout] [--close 0.25] [--block 100]
 *   node models/scenes/render.ts samples --script FILE --count 40 --first 0 --size 640x360 --out DIR
 *   node models/scenes/render.ts events --seed N [--count 1] [--seconds 300] [--every 2] [--topic stall] [--script FILE] --size 640x360 --out DIR
 *   node models/scenes/render.ts clip --script FILE --out FILE.mp4 [--size 1280x720] [--bytes 3450000] [--at 3,12.5]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { openScenes } from './browser.ts';
import { scenario, TOPICS, type Topic } from './clips/scenario.ts';
import type { ClipScript } from './page/clip.ts';
import type { EventScript } from './page/event-clip.ts';
import type { PictureJob, PictureTruth, ScenesApi } from './page/main.ts';
import type { SceneOptions } from './page/picture.ts';
import { CLASS_NAMES } from './classes.ts';
import { HELD_OUT, STYLES, TRAINING_STYLES, type StyleName } from './page/styles.ts';

declare const window: { scenes: ScenesApi };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' }, every: { type: 'string', default: '2' }, topic: { type: 'string' },
    count: { type: 'string' }, seed: { type: 'string', default: '1' }, size: { type: 'string' }, out: { type: 'string' }, script: { type: 'string' },
    style: { type: 'string' }, close: { type: 'string', default: '0.25' }, block: { type: 'string' },
    'per-scene': { type: 'string', default: '8' }, samples: { type: 'string' }, calm: { type: 'string', default: '0.2' }, weather: { type: 'string' }, first: { type: 'string', default: '0' }, at: { type: 'string' }, bytes: { type: 'string', default: '3450000' },
  },
});

function sizeOf(text: string): [number, number] {
  const m = /^(\d+)x(\d+)$/.exec(text);
  if (!m) throw new Error(`--size ${text}: WIDTHxHEIGHT expected`);
  return [Number(m[1]), Number(m[2])];
}

function needed(name: 'out' | 'script'): string {
  const v = values[name];
  if (!v) throw new Error(`--${name} is missing`);
  return v;
}

/** The styles to draw, the held-out one only where it is named. */
function styles(): readonly StyleName[] {
  if (!values.style) return TRAINING_STYLES;
  return values.style.split(',').map((name) => {
    if (name === 'holdout') return HELD_OUT;
    if (!(name in STYLES)) throw new Error(`--style ${name}: holdout or one of ${Object.keys(STYLES).join(', ')} expected`);
    return name as StyleName;
  });
}

/** A script is a TypeScript file whose default export is the clip. */
async function readScript<T extends ClipScript | EventScript = ClipScript>(): Promise<T> {
  const module = await import(pathToFileURL(resolve(needed('script'))).href) as { default: T };
  return module.default;
}

async function writeTruths(out: string, truths: readonly PictureTruth[]): Promise<void> {
  for (const t of truths) await writeFile(join(out, 'labels', `${t.name}.txt`), t.labels);
  await appendFile(join(out, 'truth.jsonl'), truths.map(({ labels: _, ...facts }) => JSON.stringify(facts) + '\n').join(''));
}

async function openFolder(out: string): Promise<void> {
  for (const name of ['images', 'labels']) await mkdir(join(out, name), { recursive: true });
  await writeFile(join(out, 'classes.txt'), CLASS_NAMES.join('\n') + '\n');
}

/** Draws `count` pictures, scene after scene from `seed` on; what a scene gives is written when the scene is done. */
async function drawPictures(out: string, seed: number, count: number): Promise<void> {
  const [width, height] = sizeOf(values.size ?? '640x360');
  const per = Number(values['per-scene']); const looks = styles();
  const browser = await openScenes((name, body) => writeFile(join(out, 'images', `${name}.jpg`), body));
  try {
    for (let done = 0; done < count; seed++) {
      const options: SceneOptions = { style: looks[seed % looks.length] ?? 'parade', close: Number(values.close), ...(values.samples ? { samples: Number(values.samples) } : {}), ...(values.weather ? { weather: values.weather as NonNullable<SceneOptions['weather']> } : {}) };
      const job: PictureJob = { seed, count: Math.min(per, count - done), width, height, first: 0, calmShare: Number(values.calm), options };
      const truths = await browser.page.evaluate((j) => window.scenes.pictures(j), job);
      await writeTruths(out, truths);
      done += truths.length;
      process.stdout.write(`${done} of ${count} pictures\n`);
    }
  } finally {
    await browser.close();
  }
}

/** With --block the pictures are drawn in blocks with seeds of their own; started again, it goes on with the first block that is not done. */
async function pictures(): Promise<void> {
  const out = needed('out');
  const count = Number(values.count ?? 20); const seed = Number(values.seed); const block = Number(values.block ?? count);
  await openFolder(out);
  for (let k = 0; k * block < count; k++) {
    const mark = join(out, 'blocks', String(seed + k * block));
    if (values.block && existsSync(mark)) continue;
    await drawPictures(out, seed + k * block, Math.min(block, count - k * block));
    if (!values.block) continue;
    await mkdir(dirname(mark), { recursive: true });
    await writeFile(mark, '');
    await writeFile(join(out, 'COUNT'), `${(await readdir(join(out, 'labels'))).length}\n`);
  }
}

async function samples(): Promise<void> {
  const out = needed('out');
  const [width, height] = sizeOf(values.size ?? '640x360');
  await openFolder(out);
  const script = await readScript();
  const browser = await openScenes((name, body) => writeFile(join(out, 'images', `${name}.jpg`), body));
  try {
    const truths = await browser.page.evaluate(([s, n, w, h, f]) => window.scenes.sample(s, n, w, h, f), [script, Number(values.count ?? 20), width, height, Number(values.first)] as const);
    await writeTruths(out, truths);
    process.stdout.write(`${truths.length} pictures of ${script.name}\n`);
  } finally {
    await browser.close();
  }
}

/** Each clip becomes a folder: a JPEG for every `--every`-th second and truth.json. What is there already is not drawn again. */
async function events(): Promise<void> {
  const out = needed('out');
  const [width, height] = sizeOf(values.size ?? '640x360');
  const options = { ...(values.seconds ? { seconds: Number(values.seconds) } : {}), ...(values.topic ? { topic: values.topic as Topic } : {}), ...(values.style ? { style: styles()[0] } : {}) };
  if (values.topic && !TOPICS.includes(values.topic as Topic)) throw new Error(`--topic ${values.topic}: one of ${TOPICS.join(', ')} expected`);
  const first = Number(values.seed);
  const seeds = Array.from({ length: values.script ? 1 : Number(values.count ?? 1) }, (_, k) => first + k);
  for (const seed of seeds) {
    const script = values.script ? await readScript<EventScript>() : scenario(seed, options);
    const folder = values.script ? out : join(out, script.name);
    if (existsSync(join(folder, 'truth.json'))) continue;
    await mkdir(folder, { recursive: true });
    const started = performance.now();
    const browser = await openScenes((name, body) => writeFile(join(folder, `${name}.jpg`), body));
    try {
      const truth = await browser.page.evaluate(([s, e, w, h]) => window.scenes.events(s, e, w, h), [script, Number(values.every), width, height] as const) as { pictures: unknown[] };
      await writeFile(join(folder, 'truth.json'), JSON.stringify(truth, null, 1) + '\n');
      process.stdout.write(`${script.name}: ${truth.pictures.length} pictures of ${script.seconds} s in ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
    } finally {
      await browser.close();
    }
  }
}

async function clip(): Promise<void> {
  const file = needed('out');
  const [width, height] = sizeOf(values.size ?? '1280x720');
  const script = await readScript();
  const only = values.at?.split(',').map(Number);
  await mkdir(dirname(file), { recursive: true });
  if (only) {
    let k = 0;
    const browser = await openScenes((_name, body) => writeFile(file.replace(/\.\w+$/, '') + `-${only[k++]}.jpg`, body));
    try {
      const truth = await browser.page.evaluate(([s, w, h, o]) => window.scenes.clip(s, w, h, o), [script, width, height, only] as const);
      process.stdout.write(JSON.stringify(truth, null, 1) + '\n');
    } finally {
      await browser.close();
    }
    return;
  }
  const gop = String(Math.round(script.fps));
  // as a camera of the field would send it: H.264 main, no B-frames, closed groups of one second. Nearly all bytes are in the
  // key frames of a picture that stands still; a little smoothing takes the sensor noise out of them
  const encoder = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', '-f', 'image2pipe', '-c:v', 'mjpeg', '-framerate', String(script.fps), '-i', 'pipe:0',
    '-an', '-vf', 'hqdn3d=5:4:6:6,gblur=sigma=0.45,scale=out_color_matrix=bt709:out_range=tv', '-c:v', 'libx264', '-profile:v', 'main', '-preset', 'medium', '-b:v', String(Math.round((Number(values.bytes) * 8) / script.seconds)),
    '-bf', '0', '-g', gop, '-keyint_min', gop, '-sc_threshold', '0', '-flags', '+cgop', '-pix_fmt', 'yuv420p', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-movflags', '+faststart', file], { stdio: ['pipe', 'inherit', 'inherit'] });
  const ended = once(encoder, 'close') as Promise<[number | null]>;
  let frames = 0;
  const browser = await openScenes(async (_name, body) => {
    if (!encoder.stdin.write(body)) await once(encoder.stdin, 'drain');
    if (++frames % 50 === 0) process.stdout.write(`${frames} frames\n`);
  });
  try {
    const truth = await browser.page.evaluate(([s, w, h]) => window.scenes.clip(s, w, h), [script, width, height] as const) as Record<string, unknown>;
    encoder.stdin.end();
    const [code] = await ended;
    if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
    await writeFile(file.replace(/\.mp4$/, '.json'), JSON.stringify({ file: basename(file), ...truth }, null, 2) + '\n');
  } finally {
    encoder.stdin.destroy();
    await browser.close();
  }
}

switch (positionals[0]) {
  case 'pictures': await pictures(); break;
  case 'samples': await samples(); break;
  case 'events': await events(); break;
  case 'clip': await clip(); break;
  default:
    process.stderr.write('pictures, samples, events or clip?\n');
    process.exitCode = 2;
}
