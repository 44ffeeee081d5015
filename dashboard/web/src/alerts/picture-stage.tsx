import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AlertDetail, AlertView } from '../../../../domain/views.ts';
import { LiveTile } from '../live/live-tile.tsx';
import { Picture } from '../parts/picture.tsx';
import { Overlay } from '../parts/overlay.tsx';
import type { StripView } from './film-strip.tsx';

interface PictureStageProps {
  readonly alert: AlertView;
  readonly detail: AlertDetail | undefined;
  readonly view: StripView;
  readonly drawn: boolean;
  readonly full: boolean;
  readonly live: boolean;
  readonly video: React.RefObject<HTMLVideoElement | null>;
  readonly children?: ReactNode;
}

/** The picture, as large as its place allows, with what the rule saw drawn over it. */
export function PictureStage({ alert, detail, view, drawn, full, live, video, children }: PictureStageProps) {
  const { t } = useTranslation();
  const [ratio, setRatio] = useState(16 / 9);
  const zone = detail?.zonePolygon ?? null;
  const name = t(`strip.${view}`);
  return (
    <section className={full ? 'stage full' : 'stage'} aria-label={name} data-testid="stage" data-view={view}>
      <div className="stage-fit">
        <div className="stage-frame" style={{ '--ratio': ratio } as React.CSSProperties}>
          {view === 'raised' && <Picture key={alert.id} src={alert.evidence.original ?? alert.evidence.annotated} alt={t('stage.alt', { place: alert.address ?? alert.cameraName })} onSize={(w, h) => setRatio(w / h)} />}
          {view === 'before' && <Picture key={alert.id} src={alert.evidence.before} alt={t('strip.before')} onSize={(w, h) => setRatio(w / h)} />}
          {view === 'clip' && <Clip src={alert.evidence.clip} failure={alert.evidenceFailure} video={video} />}
          {view === 'now' && <LiveTile key={alert.camera} camera={alert.camera} label={alert.cameraName} quality="high" wanted={live} fit="contain" />}
          {drawn && view !== 'before' && <Overlay zone={zone} box={alert.box} boxes={view === 'raised' ? alert.boxes : []} />}
          {drawn && view === 'before' && <Overlay zone={zone} box={null} boxes={[]} />}
        </div>
      </div>
      {children}
    </section>
  );
}

function Clip({ src, failure, video }: { readonly src: string | null; readonly failure: string | null; readonly video: React.RefObject<HTMLVideoElement | null> }) {
  const { t } = useTranslation();
  const own = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    video.current = own.current;
    own.current?.play().catch(() => undefined);
    return () => {
      video.current = null;
    };
  }, [video, src]);
  if (src === null) return <p className="stage-words">{failure === null ? t('stage.clipComing') : t('stage.clipFailed', { reason: failure })}</p>;
  return <video ref={own} className="stage-clip" src={src} controls muted loop playsInline aria-label={t('strip.clip')} data-testid="clip" />;
}
