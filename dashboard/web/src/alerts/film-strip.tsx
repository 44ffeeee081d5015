import { PlayCircleOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import type { AlertView } from '../../../../domain/views.ts';
import { LiveTile } from '../live/live-tile.tsx';
import { Picture } from '../parts/picture.tsx';
import { timeOfDay } from '../parts/time.ts';

export const stripViews = ['before', 'raised', 'clip', 'now'] as const;
export type StripView = (typeof stripViews)[number];

interface FilmStripProps {
  readonly alert: AlertView;
  readonly view: StripView;
  readonly live: boolean;
  readonly onView: (view: StripView) => void;
}

/** before · raised · clip · now. The live tile runs here until it is chosen for the stage. */
export function FilmStrip({ alert, view, live, onView }: FilmStripProps) {
  const { t } = useTranslation();
  const clipWord = alert.evidence.clip !== null ? t('strip.clipReady') : alert.evidenceFailure === null ? t('strip.clipComing') : t('strip.clipMissing');
  const cells: Record<StripView, { readonly picture: React.ReactNode; readonly word: string }> = {
    before: { picture: <Picture src={alert.evidence.before} alt="" />, word: alert.firstSeenAt === null ? '' : `< ${timeOfDay(alert.firstSeenAt)}` },
    raised: { picture: <Picture src={alert.evidence.annotated ?? alert.evidence.original} alt="" />, word: timeOfDay(alert.raisedAt) },
    clip: {
      picture: <><Picture src={alert.evidence.original} alt="" className={alert.evidence.clip === null ? 'faded' : ''} />{alert.evidence.clip !== null && <PlayCircleOutlined className="strip-play" />}</>,
      word: clipWord,
    },
    now: { picture: view === 'now' ? <span className="strip-shown" /> : <LiveTile key={alert.camera} camera={alert.camera} label={alert.cameraName} quality="high" wanted={live} />, word: t('strip.live') },
  };
  return (
    <div className="film-strip" role="tablist" aria-label={t('strip.label')}>
      {stripViews.map((one) => (
        <button key={one} type="button" role="tab" aria-selected={one === view} className={one === view ? 'strip-cell chosen' : 'strip-cell'} onClick={() => onView(one)} data-testid={`strip-${one}`}>
          <span className="strip-picture">{cells[one].picture}</span>
          <span className="strip-words"><b>{t(`strip.${one}`)}</b> <span className="num dim">{cells[one].word}</span></span>
        </button>
      ))}
    </div>
  );
}
