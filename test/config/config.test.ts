import { describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, parseConfigText } from '../../config/index.ts';
import { parseDuration } from '../../config/duration.ts';

const camera = (lines: string): string => `cameras:\n  - id: gate\n    name: 门\n    inputs: [{ url: rtsp://192.0.2.1/a, roles: [detect, record] }]\n    zones: [{ id: z, polygon: [[0, 0], [1, 0], [1, 1]] }]\n${lines}`;
const rule = (fields: string): string => camera(`    rules: [{ zone: z, eventType: stall, model: street, classes: { any: [stall] }, ${fields} }]`);

describe('configuration file', () => {
  test('the annotated example is valid', () => {
    const path = join(import.meta.dirname, '../../config/xuncheng.example.yaml');
    expect(parseConfigText(readFileSync(path, 'utf8'), '/etc')).toMatchObject({ errors: [], file: { models: [{ file: '/etc/mine.onnx' }] } });
  });

  test('a model that was added on this installation may be named', () => {
    const text = rule('dwell: 10s').replace('model: street', 'model: mine');
    expect(parseConfigText(text, '/').errors).toHaveLength(1);
    expect(parseConfigText(text, '/', ['mine']).errors).toEqual([]);
    const data = mkdtempSync(join(tmpdir(), 'xuncheng-config-'));
    mkdirSync(join(data, 'models'));
    writeFileSync(join(data, 'models/mine.json'), '{}');
    writeFileSync(join(data, 'city.yaml'), text);
    expect(loadConfig({ XUNCHENG_DATA: data, XUNCHENG_CONFIG: join(data, 'city.yaml') })).toMatchObject({ ok: true });
  });

  test('an empty file is a city without cameras', () => {
    expect(parseConfigText('', '/').file?.cameras).toEqual([]);
  });

  test('periods may be written short; pictures of views are relative to the file', () => {
    const text = rule('schedule: { permitted: ["18:00-22:00", { hours: "06:00-08:00", weekdays: [6, 7], calendar: holidays }] }')
      .replace('    zones: [{ id: z,', '    views: [{ id: north, picture: ./north.jpg }]\n    zones: [{ id: z, view: north,');
    expect(parseConfigText(text, '/etc').file?.cameras[0]).toMatchObject({
      views: [{ id: 'north', picture: '/etc/north.jpg' }],
      rules: [{ schedule: { permitted: [{ hours: '18:00-22:00' }, { hours: '06:00-08:00', weekdays: [6, 7], calendar: 'holidays' }] } }],
    });
  });

  test('defaults of a rule', () => {
    const { file } = parseConfigText(rule('dwell: 10s'), '/');
    expect(file?.cameras[0]?.rules[0]).toMatchObject({ dwell: 10_000, presence: 0.7, minSamples: 3, grace: 45_000, silence: 3_600_000, severity: 'normal' });
  });

  test.each([
    ['a duration that is none', rule('dwell: 3x'), 'cameras[0].rules[0].dwell', '"3x" is no duration; allowed: a number with ms, s, m or h, such as 10s or 3m'],
    ['a duration out of range', rule('dwell: 25h'), 'cameras[0].rules[0].dwell', '25h is out of range; allowed: 1s to 24h'],
    ['a share above 1', rule('presence: 1.5'), 'cameras[0].rules[0].presence', 'allowed: 0 to 1'],
    ['a key that is unknown', rule('presense: 1'), 'cameras[0].rules[0]', 'unknown key "presense"'],
    ['an unknown severity', rule('severity: huge'), 'cameras[0].rules[0].severity', 'allowed: low, normal, high, urgent'],
    ['an unknown zone', rule('dwell: 10s').replace('zone: z', 'zone: q'), 'cameras[0].rules[0].zone', 'there is no zone "q"; allowed: z'],
    ['an unknown model', rule('dwell: 10s').replace('model: street', 'model: strait'), 'cameras[0].rules[0].model', 'there is no model "strait"; allowed: street, bin-state'],
    ['an unknown event type', rule('dwell: 10s').replace('eventType: stall', 'eventType: stahl'), 'cameras[0].rules[0].eventType', 'there is no event type "stahl"; allowed: stall, debris, bin_overflow'],
    ['a polygon of two points', camera('').replace(', [1, 1]]', ']'), 'cameras[0].zones[0].polygon', 'allowed: 3 points or more'],
    ['file: as camera', camera('').replace('rtsp://192.0.2.1/a', 'file:///etc/passwd'), 'cameras[0].inputs[0].url', 'allowed: an rtsp:// or rtsps:// address with a host; quotes, backslashes and blanks percent-encoded'],
    ['http: as camera', camera('').replace('rtsp://', 'http://'), 'cameras[0].inputs[0].url', 'allowed: an rtsp:// or rtsps:// address with a host; quotes, backslashes and blanks percent-encoded'],
    ['an unknown role', camera('').replace('record', 'rekord'), 'cameras[0].inputs[0].roles[1]', 'allowed: detect, record, live, live-low'],
    ['a rule for a permitted zone', rule('dwell: 10s').replace('1]] }]', '1]], permitted: {} }]'), 'cameras[0].rules[0].zone', 'there is no zone "z"; allowed: (none is given)'],
    ['a permitted event type that is unknown', camera('').replace('1]] }]', '1]], permitted: { eventTypes: [stahl] } }]'), 'cameras[0].zones[0].permitted.eventTypes', 'there is no event type "stahl"; allowed: stall, debris, bin_overflow'],
    ['a span that is none', rule('schedule: { permitted: ["25:00-26:00"] }'), 'cameras[0].rules[0].schedule.permitted[0].hours', 'allowed: HH:MM-HH:MM, may pass midnight'],
    ['an unknown kind of day', rule('schedule: { calendar: sundays }'), 'cameras[0].rules[0].schedule.calendar', 'allowed: all, workdays, holidays'],
    ['sizes in the wrong order', rule('minSize: { far: [0.9, 0], near: [0.2, 0.1] }'), 'cameras[0].rules[0].minSize', 'allowed: 0 to 1, or { far: [y, share], near: [y, share] } with far above near'],
    ['a score that is none', rule('minScore: { stall: 2 }'), 'cameras[0].rules[0].minScore.stall', 'allowed: 0 to 1'],
    ['a score of another kind', rule('minScore: high'), 'cameras[0].rules[0].minScore', 'allowed: 0 to 1, or one such number for each label'],
    ['a view that is unknown', camera('').replace('1]] }]', '1]], view: north }]'), 'cameras[0].zones[0].view', 'there is no view "north"; allowed: (none is given)'],
    ['a zone without a view where there are several', camera('    views: [{ id: a, picture: a.jpg }, { id: b, picture: b.jpg }]\n'), 'cameras[0].zones[0].view', 'a camera with views needs one for each zone; allowed: a, b'],
    ['YAML that does not parse', 'cameras: [', 'line 1', expect.stringContaining('Flow sequence')],
    ['a label that the model lacks', `models: [{ id: m, file: m.onnx, layout: yolov8, labels: [a, b] }]\n${rule('dwell: 10s').replace('model: street', 'model: m')}`, 'cameras[0].rules[0].classes', 'there is no label of model m "stall"; allowed: a, b'],
  ])('%s', (_, text, path, message) => {
    expect(parseConfigText(text, '/').errors).toEqual([{ path, message }]);
  });

  test('all mistakes are listed at once, those in the environment too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'xuncheng-config-'));
    const path = join(folder, 'city.yaml');
    writeFileSync(path, `${rule('dwell: 3x, presence: 2').replace('zone: z', 'zone: q')}\nmodles: []`);
    const result = loadConfig({ XUNCHENG_CONFIG: path, PORT: '99999', TLS_CERT: '/nowhere' });
    expect(result.ok ? [] : result.errors.map((e) => e.path).toSorted()).toEqual([
      '(file)', 'PORT', 'TLS_KEY', 'cameras[0].rules[0].dwell', 'cameras[0].rules[0].presence', 'cameras[0].rules[0].zone',
    ]);
  });

  test('a file that is not there', () => {
    expect(loadConfig({ XUNCHENG_CONFIG: '/nowhere.yaml' })).toEqual({ ok: false, errors: [{ path: 'XUNCHENG_CONFIG', message: 'there is no file /nowhere.yaml' }] });
  });
});

test.each([['3m', 180_000], ['90s', 90_000], ['1.5h', 5_400_000], ['500ms', 500], ['3', null], ['-3s', null], ['3 m', null], ['', null]])('duration %s', (text, value) => {
  expect(parseDuration(text)).toBe(value);
});

test.each([
  ['10.0.0.5', true], ['10.0.0.5, 10.1.0.0/16,fd00::/8', true], ['10.0.0.0/33', false], ['0.0.0.0/0', false], ['balancer', false], ['10.0.0.5,', false], ['true', false],
])('trusted proxies %s', (XUNCHENG_TRUSTED_PROXIES, ok) => {
  expect(loadConfig({ XUNCHENG_TRUSTED_PROXIES, XUNCHENG_SECURE_COOKIES: '1' })).toMatchObject(ok
    ? { ok, config: { environment: { XUNCHENG_TRUSTED_PROXIES, XUNCHENG_SECURE_COOKIES: true } } } : { ok, errors: [{ path: 'XUNCHENG_TRUSTED_PROXIES' }] });
});
