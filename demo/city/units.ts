import type { Point } from '../../domain/geometry.ts';
import type { Role } from '../../domain/roles.ts';

/** The fictional city: Wanghai district 望海区 and the Binjiang new area 滨江新区 of Qinzhou. Names and codes are invented. */

const west = 108.6200;
const south = 21.9500;
/** Degrees of a cell of about 100 m × 100 m at this latitude. */
const cellWidth = 0.00097;
const cellHeight = 0.0009;
const columns = 8;
const rows = 5;
/** Columns 0–4 are Wanghai, 5–7 Binjiang. */
const border = 5;

const rectangle = (c0: number, r0: number, c1: number, r1: number): Point[] => [
  [west + c0 * cellWidth, south + r0 * cellHeight], [west + c1 * cellWidth, south + r0 * cellHeight],
  [west + c1 * cellWidth, south + r1 * cellHeight], [west + c0 * cellWidth, south + r1 * cellHeight],
].map(([x, y]) => [Number(x!.toFixed(6)), Number(y!.toFixed(6))]);

/** A place on the ground by column and row of the grid, fractions allowed. */
export const placeAt = (column: number, row: number): [number, number] => [
  Number((west + column * cellWidth).toFixed(6)), Number((south + row * cellHeight).toFixed(6)),
];

export interface DemoUnit {
  readonly id: string;
  readonly name: string;
  readonly nameEn: string;
  readonly level: 1 | 2 | 3;
  readonly kind: 'centre' | 'office' | 'district' | 'committee' | 'department' | 'town' | 'direct';
  readonly parent: string | null;
  readonly area?: Point[];
}

export const units: readonly DemoUnit[] = [
  { id: 'centre', name: '市数字化城市管理中心', nameEn: 'City Digital Management Centre', level: 1, kind: 'centre', parent: null },
  { id: 'office', name: '市数字化城市管理领导小组办公室', nameEn: 'Coordination Office', level: 1, kind: 'office', parent: null },
  { id: 'traffic-police', name: '市交警支队', nameEn: 'Traffic Police', level: 3, kind: 'direct', parent: 'centre' },
  { id: 'wanghai', name: '望海区数字化城管平台', nameEn: 'Wanghai District Platform', level: 2, kind: 'district', parent: 'centre', area: rectangle(0, 0, border, rows) },
  { id: 'binjiang', name: '滨江新区管委会', nameEn: 'Binjiang New Area Committee', level: 2, kind: 'committee', parent: 'centre', area: rectangle(border, 0, columns, rows) },
  { id: 'wanghai-enforcement', name: '望海区城管执法大队', nameEn: 'Wanghai Urban Enforcement', level: 3, kind: 'department', parent: 'wanghai' },
  { id: 'wanghai-sanitation', name: '望海区环境卫生站', nameEn: 'Wanghai Sanitation', level: 3, kind: 'department', parent: 'wanghai' },
  { id: 'wenfeng', name: '文峰街道办事处', nameEn: 'Wenfeng Subdistrict Office', level: 3, kind: 'town', parent: 'wanghai' },
  { id: 'binjiang-enforcement', name: '滨江新区综合执法局', nameEn: 'Binjiang Enforcement Bureau', level: 3, kind: 'department', parent: 'binjiang' },
  { id: 'binjiang-sanitation', name: '滨江新区环卫所', nameEn: 'Binjiang Sanitation', level: 3, kind: 'department', parent: 'binjiang' },
];

export interface DemoUser {
  readonly username: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly unit: string;
}

export const users: readonly DemoUser[] = [
  { username: 'operator', name: '黄海燕', roles: ['operator'], unit: 'centre' },
  { username: 'operator2', name: '陆志强', roles: ['operator'], unit: 'centre' },
  { username: 'intake', name: '覃丽', roles: ['intake'], unit: 'centre' },
  { username: 'duty', name: '梁建国', roles: ['duty_officer'], unit: 'centre' },
  { username: 'dispatcher', name: '韦小梅', roles: ['dispatcher'], unit: 'centre' },
  { username: 'shift', name: '何文斌', roles: ['operator', 'duty_officer', 'dispatcher'], unit: 'centre' },
  { username: 'verifier', name: '农晓东', roles: ['verifier'], unit: 'centre' },
  { username: 'collector', name: '宁秀芳', roles: ['collector'], unit: 'centre' },
  { username: 'evaluator', name: '符海生', roles: ['evaluator'], unit: 'centre' },
  { username: 'leader', name: '钟国华', roles: ['leader'], unit: 'centre' },
  { username: 'office', name: '冯婷', roles: ['office'], unit: 'office' },
  { username: 'wanghai', name: '苏永明', roles: ['district'], unit: 'wanghai' },
  { username: 'binjiang', name: '唐雪', roles: ['district'], unit: 'binjiang' },
  { username: 'wanghai-enforcement', name: '李勇', roles: ['handler'], unit: 'wanghai-enforcement' },
  { username: 'wanghai-sanitation', name: '陈桂英', roles: ['handler'], unit: 'wanghai-sanitation' },
  { username: 'wenfeng', name: '刘家伟', roles: ['handler'], unit: 'wenfeng' },
  { username: 'binjiang-enforcement', name: '谢海波', roles: ['handler'], unit: 'binjiang-enforcement' },
  { username: 'binjiang-sanitation', name: '莫秋兰', roles: ['handler'], unit: 'binjiang-sanitation' },
  { username: 'traffic-police', name: '邓凯', roles: ['handler'], unit: 'traffic-police' },
];

export interface DemoRoute {
  readonly id: string;
  readonly code: string | null;
  readonly district: string | null;
  readonly lead: string;
  readonly co: readonly string[];
  readonly reason: string;
}

/** Category × district → lead unit, first match wins: the territorial unit leads, the competent department joins (属地为主). */
export const routes: readonly DemoRoute[] = [
  ...(['wanghai', 'binjiang'] as const).flatMap((district): DemoRoute[] => [
    { id: `${district}-0406`, code: '0406', district, lead: `${district}-enforcement`, co: [], reason: '占道经营由辖区执法部门处置' },
    { id: `${district}-0405`, code: '0405', district, lead: `${district}-enforcement`, co: [], reason: '店外经营由辖区执法部门处置' },
    { id: `${district}-0192`, code: '0192', district, lead: `${district}-sanitation`, co: [], reason: '垃圾箱满溢由辖区环卫部门处置' },
    { id: `${district}-0110`, code: '0110', district, lead: `${district}-sanitation`, co: [], reason: '暴露垃圾由辖区环卫部门处置' },
  ]),
  { id: 'wanghai-0136', code: '0136', district: 'wanghai', lead: 'wenfeng', co: ['wanghai-enforcement'], reason: '乱堆物堆料属地街道牵头，执法部门协同' },
  { id: 'binjiang-0136', code: '0136', district: 'binjiang', lead: 'binjiang-enforcement', co: ['binjiang-sanitation'], reason: '乱堆物堆料由管委执法局牵头' },
  { id: 'wanghai-any', code: null, district: 'wanghai', lead: 'wenfeng', co: [], reason: '其他问题属地街道处置' },
  { id: 'binjiang-any', code: null, district: 'binjiang', lead: 'binjiang-enforcement', co: [], reason: '其他问题由管委执法局处置' },
];

export interface DemoCell {
  readonly code: string;
  readonly name: string;
  readonly polygon: Point[];
  readonly district: string;
}

/** Cells (单元网格): 15 digits = 6 district + 3 street + 3 community + 3 serial. 450799 is no real district. */
export const cells: readonly DemoCell[] = Array.from({ length: columns * rows }, (_, i) => {
  const column = i % columns;
  const row = Math.floor(i / columns);
  const inWanghai = column < border;
  return {
    code: `450799${inWanghai ? '001' : '002'}${String(1 + Math.floor(row / 2)).padStart(3, '0')}${String(i + 1).padStart(3, '0')}`,
    name: `${inWanghai ? '文峰' : '滨江'}${row + 1}-${column + 1}`,
    polygon: rectangle(column, row, column + 1, row + 1),
    district: inWanghai ? 'wanghai' : 'binjiang',
  };
});
