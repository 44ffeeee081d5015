import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CaseView } from '../../../../domain/views.ts';
import { PlaceMap } from '../parts/place-map.tsx';
import { fullMoment, moment } from '../parts/time.ts';
import { useReason } from '../parts/use-reason.ts';

export function CaseFacts({ view }: { readonly view: CaseView }) {
  const { t } = useTranslation();
  const rows: readonly (readonly [string, React.ReactNode])[] = [
    [t('facts.class'), view.subclass === null ? null : <>{view.subclass.name} <span className="faint">{view.subclass.code} · {view.subclass.standardRef}</span></>],
    [t('facts.condition'), view.condition === null ? null : view.condition.condition],
    [t('facts.limit'), view.condition === null ? null : t(`clock.limit.${view.condition.limit.unit}`, { n: view.condition.limit.value })],
    [t('facts.closing'), view.condition?.closing],
    [t('facts.source'), t(`source.${view.source}`)],
    [t('facts.unit'), view.leadUnit === null ? null : [view.leadUnit.name, ...view.coUnits.map((unit) => unit.name)].join('、')],
    [t('facts.handler'), view.handler?.name],
    [t('facts.cell'), view.cell === null ? null : <span className="num">{view.cell}</span>],
    [t('facts.reported'), <span className="num">{fullMoment(view.reportedAt)}</span>],
    [t('facts.closed'), view.closedAt === null ? null : <span className="num">{fullMoment(view.closedAt)}</span>],
    [t('facts.recurrence'), view.recurrenceOf === null ? null : <Link to={`/cases/${view.recurrenceOf.id}`}>{view.recurrenceOf.number}</Link>],
    [t('facts.alertLink'), view.alerts.length === 0 ? null : view.alerts.map((alert) => <Link key={alert.id} className="num" to={`/alerts/${alert.id}`}>{moment(alert.raisedAt)} </Link>)],
  ];
  return (
    <section className="case-facts">
      {view.description !== '' && <p>{view.description}</p>}
      <dl>{rows.filter(([, value]) => value !== null && value !== undefined).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      {view.point !== null && <PlaceMap point={view.point} />}
    </section>
  );
}

/** What the camera said when it was asked to look again, and what it saw by itself after the feedback. */
export function CameraWord({ view }: { readonly view: CaseView }) {
  const { t } = useTranslation();
  const reason = useReason();
  const last = view.rechecks.toSorted((a, b) => (a.askedAt < b.askedAt ? 1 : -1))[0];
  return (
    <>
      {view.seenAgainAt !== null && <p className="camera-word bad">▲ {t('case.seenAgain', { time: moment(view.seenAgainAt) })}</p>}
      {view.goneAt !== null && view.seenAgainAt === null && <p className="camera-word">✓ {t('case.goneSince', { time: moment(view.goneAt) })}</p>}
      {last !== undefined && (
        <p className={last.answer === 'present' ? 'camera-word bad' : 'camera-word'} data-testid="recheck" data-answer={last.answer ?? 'open'}>
          {last.answeredAt === null ? t('recheck.asked', { time: moment(last.askedAt) }) : last.answer === null ? t('recheck.failed', { reason: reason(last.failure ?? '') }) : t(`recheck.${last.answer}`, { time: moment(last.answeredAt) })}
          {last.score !== null && <span className="num faint"> {Math.round(last.score * 100)} %</span>}
        </p>
      )}
    </>
  );
}
