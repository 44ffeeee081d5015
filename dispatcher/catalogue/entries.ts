import type { Severity } from '../../domain/camera.ts';
import type { LimitUnit } from '../../domain/time-limit.ts';

/** GB/T 30428.2-2013 is deployed today; codes are data, and a case keeps the one that it was filed under. */
export const standard2013 = 'GB/T 30428.2-2013';
/** Subclasses that a city adds for itself. */
export const localStandard = 'local';

interface Condition {
  readonly standardRef: string;
  readonly code: string;
  readonly name: string;
  /** 立案条件 */
  readonly condition: string;
  readonly limit: readonly [value: number, unit: LimitUnit];
  /** 结案条件 */
  readonly closing: string;
}

const event = (code: string, name: string, condition: string, value: number, unit: LimitUnit, closing: string, standardRef = standard2013): Condition =>
  ({ standardRef, code, name, condition, limit: [value, unit], closing });

/** Filing conditions with the limits of one published manual: a start, and configuration from then on. */
export const filingConditions: readonly Condition[] = [
  event('0405', '店外经营', '商户在门店外摆放物品经营', 2, 'urgent_hour', '归店'),
  event('0406', '占道经营', '在道路、人行道上摆摊经营', 2, 'urgent_hour', '取缔'),
  event('0401', '无照经营游商', '流动商贩无照经营', 2, 'urgent_hour', '取缔'),
  event('0110', '暴露垃圾', '公共场所散落、成堆的垃圾', 4, 'working_hour', '清理'),
  event('0111', '积存垃圾渣土', '长期、大量堆积的垃圾渣土', 5, 'working_day', '清除'),
  event('0112', '道路不洁', '路面有污迹、泥土、杂物', 2, 'working_hour', '清理'),
  event('0136', '乱堆物堆料', '公共场所乱堆放物品、材料', 1, 'working_day', '清除'),
  event('0192', '垃圾箱满溢', '垃圾高出箱口或散落箱旁', 4, 'working_hour', '清除', localStandard),
  event('0305', '施工废弃料', '施工废料未清运', 2, 'working_day', '清理'),
  event('0306', '施工物料乱堆放', '施工物料占用公共场所', 1, 'working_day', '清理'),
  event('0409', '机动车乱停放', '机动车停在禁停处', 2, 'working_hour', '规范停放'),
  event('0410', '非机动车乱停放', '非机动车停在禁停处', 2, 'working_hour', '规范停放'),
  event('0107', '沿街晾挂', '沿街晾晒、吊挂', 2, 'urgent_hour', '整改'),
  event('0129', '露天烧烤', '露天烧烤食品', 2, 'urgent_hour', '整改'),
  event('0203', '违规户外广告', '未经许可设置户外广告', 1, 'working_day', '拆除'),
  event('0201', '非法小广告', '张贴、喷涂、散发小广告', 1, 'working_day', '清除'),
  event('0506', '道路积水', '路面积水影响通行', 2, 'urgent_hour', '恢复通行'),
  event('0505', '路面塌陷', '路面塌陷危及通行', 2, 'urgent_hour', '围护并设警示标志'),
  event('0113', '道路破损', '路面坑洼、破损', 5, 'working_day', '修复'),
];

interface EventType {
  readonly id: string;
  readonly name: string;
  readonly nameEn: string;
  /** The usual subclass first, then what else the person who confirms may pick. */
  readonly subclasses: readonly (readonly [standardRef: string, code: string])[];
  readonly severity: Severity;
}

/** What the shipped models find. */
export const eventTypes: readonly EventType[] = [
  { id: 'stall', name: '占道经营', nameEn: 'Street stall', subclasses: [[standard2013, '0406'], [standard2013, '0405'], [standard2013, '0401']], severity: 'normal' },
  { id: 'debris', name: '乱堆物堆料', nameEn: 'Stacked debris', subclasses: [[standard2013, '0136'], [standard2013, '0306'], [standard2013, '0305'], [standard2013, '0111'], [standard2013, '0110']], severity: 'normal' },
  { id: 'bin_overflow', name: '满溢或周边垃圾', nameEn: 'Overflowing bin', subclasses: [[localStandard, '0192'], [standard2013, '0110']], severity: 'normal' },
];
