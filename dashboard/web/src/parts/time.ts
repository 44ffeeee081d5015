import dayjs from 'dayjs';
import timezone from 'dayjs/plugin/timezone';
import utc from 'dayjs/plugin/utc';
import type { TFunction } from 'i18next';

dayjs.extend(utc);
dayjs.extend(timezone);

/** All clocks of the desk show the city's time, wherever the browser stands. */
export const cityZone = 'Asia/Shanghai';

const at = (iso: string | number) => dayjs(iso).tz(cityZone);

export const timeOfDay = (iso: string | number): string => at(iso).format('HH:mm:ss');
export const hourMinute = (iso: string | number): string => at(iso).format('HH:mm');

/** Time alone today, day and time otherwise. */
export function moment(iso: string, now = Date.now()): string {
  const time = at(iso);
  if (time.isSame(at(now), 'day')) return time.format('HH:mm:ss');
  return time.isSame(at(now), 'year') ? time.format('MM-DD HH:mm') : time.format('YYYY-MM-DD HH:mm');
}
export const fullMoment = (iso: string): string => at(iso).format('YYYY-MM-DD HH:mm:ss');

/** Span in the two largest units that matter: "45 s", "12 min", "3 h 05 min", "2 d 4 h". */
export function span(ms: number, t: TFunction): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return t('time.s', { n: seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t('time.min', { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? t('time.h', { n: hours }) : t('time.hmin', { h: hours, m: String(minutes % 60).padStart(2, '0') });
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? t('time.d', { n: days }) : t('time.dh', { d: days, h: hours % 24 });
}
