import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { boxFromInput, boxToInput, fillTensor, fitOf, letterboxFor, regionOf } from '../../detector/letterbox.ts';
import { modelFits } from '../../domain/model.ts';
import type { Box } from '../../domain/geometry.ts';

const size = fc.record({ width: fc.integer({ min: 16, max: 4000 }), height: fc.integer({ min: 16, max: 4000 }) });
const unitBox = fc.tuple(fc.double({ min: 0, max: 0.9, noNaN: true }), fc.double({ min: 0, max: 0.9, noNaN: true }), fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: 0.01, max: 1, noNaN: true }))
  .map(([x, y, w, h]): Box => [x, y, Math.min(w, 1 - x), Math.min(h, 1 - y)]);

describe('letterbox', () => {
  test('the inverse brings every box back to where it was', () => {
    fc.assert(fc.property(size, size, fc.constantFrom(...modelFits), fc.option(unitBox), unitBox, (picture, input, fit, part, box) => {
      const letterbox = letterboxFor(picture, regionOf(part, picture), input, fit);
      const back = boxFromInput(...boxToInput(box, letterbox), letterbox);
      back.forEach((v, i) => expect(v).toBeCloseTo(box[i]!, 9));
    }));
  });

  test('a whole picture lies inside the input, with its shape kept unless stretched', () => {
    fc.assert(fc.property(size, size, fc.constantFrom(...modelFits), (picture, input, fit) => {
      const l = letterboxFor(picture, regionOf(null, picture), input, fit);
      const [x1, y1, x2, y2] = boxToInput([0, 0, 1, 1], l);
      expect(Math.min(x1, y1)).toBeGreaterThanOrEqual(-1e-6);
      expect(x2).toBeLessThanOrEqual(input.width + 1e-6);
      expect(y2).toBeLessThanOrEqual(input.height + 1e-6);
      if (fit !== 'stretch') expect((x2 - x1) / (y2 - y1)).toBeCloseTo(picture.width / picture.height, 6);
    }));
  });

  test.each([
    ['yolox', 'corner'], ['yolov5', 'centre'], ['yolov8', 'centre'], ['end2end', 'centre'], ['detr', 'stretch'], ['classifier', 'stretch'],
  ] as const)('layout %s is fitted by %s', (layout, fit) => {
    const input = { width: 64, height: 64, colour: 'rgb', divisor: 255 } as const;
    expect(fitOf({ layout, input })).toBe(fit);
    expect(fitOf({ layout, input: { ...input, fit: 'stretch' } })).toBe('stretch');
  });

  test('the same size copies pixels exactly, in the wanted order of colours', () => {
    const picture = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i * 10) };
    const l = letterboxFor(picture, regionOf(null, picture), { width: 3, height: 2 }, 'centre');
    const rgb = fillTensor(picture, l, { width: 3, height: 2, colour: 'rgb', divisor: 1 });
    expect([...rgb.slice(0, 6)]).toEqual([0, 30, 60, 90, 120, 150]);
    const bgr = fillTensor(picture, l, { width: 3, height: 2, colour: 'bgr', divisor: 1 });
    expect([...bgr.slice(0, 6)]).toEqual([20, 50, 80, 110, 140, 170]);
    expect([...bgr.slice(12)]).toEqual([...rgb.slice(0, 6)]);
  });

  test('padding is grey 114, normalised like the picture', () => {
    const picture = { width: 4, height: 2, data: new Uint8Array(24).fill(200) };
    const input = { width: 4, height: 4, colour: 'rgb', divisor: 255, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } as const;
    const centre = fillTensor(picture, letterboxFor(picture, regionOf(null, picture), input, 'centre'), input);
    const grey = (114 / 255 - 0.5) / 0.25;
    const white = (200 / 255 - 0.5) / 0.25;
    const rows = (t: Float32Array): number[] => [0, 4, 8, 12].map((i) => t[i]!);
    [grey, white, white, grey].forEach((v, i) => expect(rows(centre)[i]).toBeCloseTo(v, 5));
    const corner = fillTensor(picture, letterboxFor(picture, regionOf(null, picture), input, 'corner'), input);
    [white, white, grey, grey].forEach((v, i) => expect(rows(corner)[i]).toBeCloseTo(v, 5));
  });

  test('halving takes the mean of neighbours, doubling what lies between', () => {
    const picture = { width: 4, height: 1, data: Uint8Array.from([0, 0, 0, 100, 100, 100, 200, 200, 200, 40, 40, 40]) };
    const halved = fillTensor(picture, letterboxFor(picture, regionOf(null, picture), { width: 2, height: 1 }, 'stretch'), { width: 2, height: 1, colour: 'rgb', divisor: 1 });
    expect([...halved.slice(0, 2)]).toEqual([50, 120]);
    const doubled = fillTensor(picture, letterboxFor(picture, regionOf(null, picture), { width: 8, height: 1 }, 'stretch'), { width: 8, height: 1, colour: 'rgb', divisor: 1 });
    expect([...doubled.slice(0, 8)]).toEqual([0, 25, 75, 125, 175, 160, 80, 40]);
  });

  test('a region is read alone', () => {
    const picture = { width: 4, height: 4, data: Uint8Array.from({ length: 48 }, (_, i) => (Math.floor(i / 3) % 4 >= 2 && i >= 24 ? 250 : 10)) };
    const region = regionOf([0.5, 0.5, 0.5, 0.5], picture);
    expect(region).toEqual({ x: 2, y: 2, width: 2, height: 2 });
    const input = { width: 2, height: 2, colour: 'rgb', divisor: 1 } as const;
    expect([...fillTensor(picture, letterboxFor(picture, region, input, 'stretch'), input)]).toEqual(Array.from({ length: 12 }, () => 250));
  });
});
