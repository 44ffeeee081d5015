import { useTranslation } from 'react-i18next';
import type { CaseHistoryEntry, CaseMediaView, CaseView } from '../../../../domain/views.ts';
import { actionLabels } from '../../../../domain/workflow.ts';
import { useUnitName } from '../parts/use-names.ts';
import { fullMoment, moment } from '../parts/time.ts';

interface TimeLineProps {
  readonly view: CaseView;
  readonly onPicture: (media: CaseMediaView) => void;
}

/** Who, when, what, with pictures; the latest first, nothing left out. */
export function TimeLine({ view, onPicture }: TimeLineProps) {
  const { t } = useTranslation();
  return (
    <ol className="time-line" aria-label={t('case.history')} data-testid="time-line">
      {view.history.toReversed().map((entry) => <Entry key={entry.seq} entry={entry} pictures={view.media.filter((one) => one.historySeq === entry.seq && one.mime.startsWith('image/'))} onPicture={onPicture} />)}
    </ol>
  );
}

interface EntryProps {
  readonly entry: CaseHistoryEntry;
  readonly pictures: readonly CaseMediaView[];
  readonly onPicture: (media: CaseMediaView) => void;
}

function Entry({ entry, pictures, onPicture }: EntryProps) {
  const { t, i18n } = useTranslation();
  const unitName = useUnitName();
  const labels = Object.entries(actionLabels).find(([action]) => action === entry.action)?.[1];
  const label = labels === undefined ? (entry.action === 'create' || entry.from === null ? t('case.created') : entry.action) : i18n.language === 'en' ? labels.en : labels.zh;
  const said = ['reason', 'note'].map((name) => entry.input[name]).filter((value): value is string => typeof value === 'string' && value !== '');
  const unit = entry.changes.leadUnitId?.[1] ?? entry.changes.lead_unit_id?.[1];
  return (
    <li className={entry.from === entry.to ? 'beside' : ''}>
      <div className="time-line-head">
        <b>{label}</b>
        {entry.from !== entry.to && <span className="dim">→ {t(`case.state.${entry.to}`)}</span>}
      </div>
      <div className="dim"><span className="num" title={fullMoment(entry.at)}>{moment(entry.at)}</span> · {entry.actor.id === null && entry.actor.name === 'system' ? t('case.system') : entry.actor.name}{entry.actor.unit !== null && ` · ${unitName(entry.actor.unit)}`}</div>
      {typeof unit === 'string' && entry.action.endsWith('dispatch') && <div className="faint">→ {unitName(unit)}</div>}
      {said.map((text) => <blockquote key={text}>{i18n.exists(`reason.${text}`) ? t(`reason.${text}` as 'reason.gone') : text}</blockquote>)}
      {pictures.length > 0 && <div className="time-line-pictures">{pictures.map((one) => <button key={one.id} type="button" onClick={() => onPicture(one)} aria-label={t('case.showPicture')}><img src={one.url} alt="" loading="lazy" /></button>)}</div>}
    </li>
  );
}
