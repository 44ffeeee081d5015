import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Share } from '../../../../domain/verdict-lessons.ts';
import type { VerdictRow } from '../../../../domain/verdict-views.ts';
import { useEventTypeName } from '../parts/use-names.ts';
import './verdict-list.css';

interface VerdictListProps {
  readonly rows: readonly VerdictRow[];
  /** Off where all rows are of the camera that is shown anyway. */
  readonly cameras?: boolean;
}

/** A line for each class of each rule: what was found true and what not, how often the rule is right, and which threshold would serve better. */
export function VerdictList({ rows, cameras = true }: VerdictListProps) {
  const { t } = useTranslation();
  return (
    <div className="verdict-list" role="table" aria-label={t('lessons.title')}>
      <div className="verdict-row verdict-head" role="row">
        {(['rule', 'verdicts', 'precision', 'threshold'] as const).map((column) => <span key={column} role="columnheader">{t(`lessons.column.${column}`)}</span>)}
      </div>
      {rows.map((row) => <Row key={`${row.camera} ${row.rule ?? ''} ${row.eventType} ${row.label ?? ''}`} row={row} camera={cameras} />)}
    </div>
  );
}

function Row({ row, camera }: { readonly row: VerdictRow; readonly camera: boolean }) {
  const { t } = useTranslation();
  const name = useEventTypeName();
  return (
    <div className="verdict-row" role="row" data-testid="verdict-row" data-camera={row.camera} data-rule={row.rule} data-advice={row.advice?.kind}>
      <div role="cell">
        {camera && <Link className="verdict-camera" to={`/verdicts?camera=${encodeURIComponent(row.camera)}`}>{row.cameraName}</Link>}
        <span><b>{name(row)}</b>{row.zoneName !== null && <span className="dim"> · {row.zoneName}</span>}</span>
        <span className="faint">{[row.rule ?? t('lessons.outside'), row.label].filter((part) => part !== null).join(' · ')}</span>
      </div>
      <div role="cell">
        <span className="verdict-counts num">
          <span>{t('lessons.confirmed')} <b>{row.confirmed}</b></span>
          <span>{t('lessons.false')} <b className={row.false > 0 ? 'verdict-false' : undefined}>{row.false}</b></span>
          <span className="dim">{t('lessons.trueUnfiled')} {row.trueUnfiled}</span>
        </span>
        {row.earlier > 0 && <span className="faint">{t('lessons.earlier', { n: row.earlier })}</span>}
      </div>
      <div role="cell">{row.precision === null ? <span className="faint">{t('lessons.noPrecision')}</span> : <Precision share={row.precision} />}</div>
      <div role="cell"><Suggestion row={row} /></div>
    </div>
  );
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const inHundredths = (score: number): string => score.toFixed(2);
const range = ({ low, high }: Share): string => `${Math.round(low * 100)}–${Math.round(high * 100)} %`;

function Precision({ share }: { readonly share: Share }) {
  const { t } = useTranslation();
  return (
    <>
      <span className="num"><b>{percent(share.value)}</b> <span className="faint" title={t('lessons.interval')}>{range(share)}</span></span>
      <svg className="verdict-interval" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden>
        <rect className="whole" x="0" y="3" width="100" height="2" />
        <rect className="sure" x={share.low * 100} y="2" width={Math.max(1, (share.high - share.low) * 100)} height="4" />
        <rect className="value" x={Math.min(98.5, share.value * 100)} y="0" width="1.5" height="8" />
      </svg>
    </>
  );
}

function missing({ confirmed, false: wrong }: { readonly confirmed: number; readonly false: number }, t: TFunction): string {
  if (wrong === 0) return t('lessons.fewConfirmed', { confirmed });
  return confirmed === 0 ? t('lessons.fewFalse', { wrong }) : t('lessons.few', { confirmed, wrong });
}

/** The threshold of now, what it should be, and what that would have done to past alerts. */
function Suggestion({ row: { rule, threshold, advice } }: { readonly row: VerdictRow }) {
  const { t } = useTranslation();
  if (threshold === null || advice === null) return <span className="faint">{rule === null ? '—' : t('lessons.noRule')}</span>;
  const now = <span className="num">{t('lessons.threshold', { value: inHundredths(threshold) })}</span>;
  switch (advice.kind) {
    case 'too_few': return <>{now}<span className="faint">{missing(advice, t)}</span></>;
    case 'keep': return <>{now}<span className="dim">{t('lessons.keep')}</span></>;
    case 'raise': return (
      <>
        <span>{now} <span aria-hidden>→</span> <b className="num verdict-better" title={t('lessons.suggested')}>{inHundredths(advice.threshold)}</b></span>
        <span>{t('lessons.effect', { spared: advice.falseSpared, wrong: advice.falseAll, lost: advice.confirmedLost, confirmed: advice.confirmedAll })}</span>
        <span className="faint">{t('lessons.after', { precision: advice.precision === null ? '—' : percent(advice.precision.value), loss: Math.round(advice.lossAtMost * 1000) / 10 })}</span>
      </>
    );
  }
}
