import { Button, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { AlertDetail, AlertView } from '../../../../domain/views.ts';
import { PlaceMap } from '../parts/place-map.tsx';
import { Loading } from '../parts/states.tsx';
import { moment, span } from '../parts/time.ts';
import { useFromNow } from '../parts/use-now.ts';
import { ScoreChart } from './score-chart.tsx';

interface FactsProps {
  readonly alert: AlertView;
  readonly detail: AlertDetail | undefined;
  readonly onMerge?: ((into: string) => void) | undefined;
}

/** What the rule saw, where it is, what was here before. */
export function Facts({ alert, detail, onMerge }: FactsProps) {
  const { t } = useTranslation();
  const since = Date.parse(alert.firstSeenAt ?? alert.raisedAt);
  const until = Date.parse(alert.goneAt ?? alert.lastSeenAt);
  const seen = useFromNow((now) => (alert.goneAt === null ? t('facts.lastSeen', { ago: span(now - until, t) }) : t('facts.goneSince', { ago: span(now - until, t) })));
  return (
    <div className="facts">
      <section>
        <h3>{t('facts.rule')}</h3>
        {detail === undefined ? <Loading rows={2} /> : <ScoreChart samples={detail.scores} threshold={alert.threshold} raisedAt={alert.raisedAt} />}
        <dl>
          <Fact name={t('facts.inView')}>{span(until - since, t)}</Fact>
          <Fact name={t('facts.score')}>{percent(alert.score)}{alert.threshold !== null && <span className="faint"> / {t('facts.threshold', { value: percent(alert.threshold) })}</span>}</Fact>
          <Fact name={t('facts.sightings')}>{alert.repeats + 1}<span className={alert.goneAt === null ? 'faint' : 'gone'}> · {seen}</span></Fact>
        </dl>
      </section>
      <section>
        <h3>{t('facts.place')}</h3>
        <p className="facts-address">{alert.address ?? t('facts.noAddress')}</p>
        <p className="dim">{[alert.cameraName, alert.zoneName, alert.district?.name].filter((text) => text !== null && text !== undefined).join(' · ')}</p>
        {alert.point !== null && <PlaceMap point={alert.point} />}
      </section>
      {detail !== undefined && detail.mergeCandidates.length > 0 && (
        <section>
          <h3>{t('facts.same')}</h3>
          <ul className="facts-list">
            {detail.mergeCandidates.map((one) => (
              <li key={one.alertId}>
                <span className="num">{moment(one.raisedAt)}</span>
                {one.case === null ? <Link to={`/alerts/${one.alertId}`}>{t('facts.alert')}</Link> : <Link to={`/cases/${one.case.id}`}>{one.case.number}</Link>}
                {one.metres !== null && <span className="num faint">{t('facts.metres', { n: Math.round(one.metres) })}</span>}
                {onMerge !== undefined && <Button size="small" onClick={() => onMerge(one.alertId)} data-testid="merge">{t('verdict.merge')}</Button>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {detail !== undefined && (
        <section>
          <h3>{t('facts.earlier')}</h3>
          {detail.earlier.length === 0 ? <p className="faint">{t('facts.none')}</p> : (
            <ul className="facts-list">
              {detail.earlier.slice(0, 5).map((one) => (
                <li key={one.id}><Link className="num" to={`/alerts/${one.id}`}>{moment(one.raisedAt)}</Link><Tag variant="filled">{t(`alert.state.${one.state}`)}</Tag>{one.overlap !== null && one.overlap >= 0.3 && <span className="faint">{t('facts.samePlace')}</span>}</li>
              ))}
            </ul>
          )}
        </section>
      )}
    </div>
  );
}

const percent = (value: number): string => `${Math.round(value * 100)} %`;

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return <div><dt>{name}</dt><dd className="num">{children}</dd></div>;
}
