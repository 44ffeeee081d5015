import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { ClockView } from '../../../../domain/views.ts';
import { fullMoment, hourMinute, span } from './time.ts';
import { useFromNow } from './use-now.ts';
import './case-clock.css';

type Tone = 'calm' | 'soon' | 'over' | 'rest';

interface Face {
  readonly tone: Tone;
  readonly shape: string;
  readonly text: string;
  readonly more: string;
}

const soonShare = 0.25;

/** Time left in the limit's own time. Urgent hours run with the wall clock; working time is the server's word of a minute ago. */
function leftOf(clock: ClockView, now: number): number {
  const left = clock.leftMs ?? 0;
  if (clock.state === 'running' && clock.limit?.unit === 'urgent_hour' && clock.dueAt !== null) return Math.max(0, Date.parse(clock.dueAt) - now);
  return left;
}

function amount(ms: number, clock: ClockView, t: TFunction): string {
  if (clock.limit?.unit === 'working_day' && clock.limitMs !== null) {
    const day = clock.limitMs / clock.limit.value;
    if (ms >= day) return t('clock.workingDays', { n: Math.floor((ms / day) * 10) / 10 });
  }
  return clock.limit?.unit === 'urgent_hour' ? span(ms, t) : t('clock.working', { span: span(ms, t) });
}

function faceOf(clock: ClockView, now: number, t: TFunction): Face | null {
  const due = clock.dueAt === null ? '' : t('clock.due', { time: fullMoment(clock.dueAt) });
  const limit = clock.limit === null ? '' : t(`clock.limit.${clock.limit.unit}`, { n: clock.limit.value });
  const more = [limit, due].filter((text) => text !== '').join(' · ');
  switch (clock.state) {
    case null: return null;
    case 'running': {
      const left = leftOf(clock, now);
      if (clock.overdue || left === 0) {
        const over = clock.dueAt === null ? 0 : now - Date.parse(clock.dueAt);
        return { tone: 'over', shape: '●', text: over > 0 ? t('clock.over', { span: span(over, t) }) : t('clock.overNow'), more };
      }
      const soon = clock.warnedAt !== null || (clock.limitMs !== null && left < clock.limitMs * soonShare);
      return { tone: soon ? 'soon' : 'calm', shape: soon ? '◔' : '○', text: t('clock.left', { amount: amount(left, clock, t) }), more };
    }
    case 'paused': return { tone: clock.overdue ? 'over' : 'rest', shape: '❙❙', text: clock.overdue ? t('clock.pausedOver') : t('clock.paused', { amount: amount(clock.leftMs ?? 0, clock, t) }), more };
    case 'stopped': return { tone: clock.overdueAt === null ? 'rest' : 'over', shape: clock.overdueAt === null ? '✓' : '●', text: clock.overdueAt === null ? t('clock.inTime') : t('clock.wasOver'), more };
  }
}

/** The handling clock: a shape, words and a colour. It says in which time it counts. */
export function CaseClock({ clock, long = false }: { readonly clock: ClockView; readonly long?: boolean }) {
  const { t } = useTranslation();
  // Joined into one text, so that only a changed word draws anew.
  const key = useFromNow((now) => Object.values(faceOf(clock, now, t) ?? {}).join('\n'));
  const acceptLeft = useFromNow((now) => (clock.acceptBy === null ? '' : Date.parse(clock.acceptBy) < now ? t('clock.acceptLate') : t('clock.acceptIn', { span: span(Date.parse(clock.acceptBy) - now, t) })));
  const [tone, shape, text, more = ''] = key.split('\n');
  if (text === undefined) return <span className="faint" title={t('clock.none')}>—</span>;
  return (
    <Tooltip title={more}>
      <span className={`case-clock ${tone}`} data-testid="case-clock" data-tone={tone}>
        <span className="num"><i aria-hidden>{shape}</i> {text}</span>
        {long && more !== '' && <span className="case-clock-more">{more}</span>}
        {clock.acceptBy !== null && <span className="case-clock-more" title={hourMinute(clock.acceptBy)}>{acceptLeft}</span>}
      </span>
    </Tooltip>
  );
}
