import { describe, expect, test } from '@jest/globals';
import type { Clip } from '../../demo/cameras/clip.ts';
import { Playhead } from '../../demo/cameras/playhead.ts';

const FRAME = 3600;

function clip(frames: number, gop: number): Clip {
  return {
    file: '', codec: 'h264', width: 16, height: 16, period: frames * FRAME, parameterSets: [],
    frames: Array.from({ length: frames }, (_, index) => ({
      key: index % gop === 0, due: index * FRAME, pts: index * FRAME, template: Buffer.alloc(0), packets: 1,
    })),
  };
}

function take(playhead: Playhead, count: number): { pts: number; key: boolean; clip: Clip }[] {
  return Array.from({ length: count }, () => {
    const next = playhead.peek();
    playhead.advance();
    return { pts: next.pts, key: next.frame.key, clip: playhead.clip };
  });
}

describe('playhead', () => {
  test('time goes on evenly across the end of the clip', () => {
    const pts = take(new Playhead(clip(5, 5)), 17).map(frame => frame.pts);
    expect(pts).toEqual(Array.from({ length: 17 }, (_, index) => index * FRAME));
  });

  test('starts with an offset and knows where the scene is', () => {
    const playhead = new Playhead(clip(10, 5), 4 * FRAME);
    expect(playhead.scene(0)).toEqual({ loop: 0, at: 4 * FRAME });
    expect(playhead.scene(7 * FRAME)).toEqual({ loop: 1, at: FRAME });
    expect(playhead.moment(1, FRAME)).toBe(7 * FRAME);
    playhead.skipTo(0);
    expect(playhead.peek()).toMatchObject({ due: 0, frame: { pts: 4 * FRAME } });
  });

  test('skips what was due before, over any number of rounds', () => {
    const playhead = new Playhead(clip(10, 5));
    playhead.skipTo(123.5 * FRAME);
    expect(playhead.peek()).toMatchObject({ due: 124 * FRAME, frame: { pts: 4 * FRAME } });
    expect(playhead.nextKey().due).toBe(125 * FRAME);
  });

  test('another clip begins with its key frame at once, and the scene comes back at a key frame of its own, where it would have been', () => {
    const main = clip(10, 5);
    const other = clip(4, 4);
    const playhead = new Playhead(main);
    take(playhead, 3);
    playhead.show(other, 2.2 * FRAME);
    const shown = take(playhead, 5);
    expect(shown.map(frame => frame.clip === other)).toEqual([true, true, true, true, true]);
    expect(shown.map(frame => frame.key)).toEqual([true, false, false, false, true]);
    playhead.showMain(7.1 * FRAME);
    const after = take(playhead, 6);
    const back = after.findIndex(frame => frame.clip === main);
    expect(after[back]).toEqual({ pts: 10 * FRAME, key: true, clip: main });
    const all = [...shown, ...after].map(frame => frame.pts);
    expect(all).toEqual([...all].sort((a, b) => a - b));
    expect(new Set(all).size).toBe(all.length);
  });
});
