import { useTranslation } from 'react-i18next';
import type { CaseMediaView, CaseView } from '../../../../domain/views.ts';
import { Overlay } from '../parts/overlay.tsx';
import { LiveTile } from '../live/live-tile.tsx';
import { Picture } from '../parts/picture.tsx';
import { moment } from '../parts/time.ts';
import { useState } from 'react';
import { BeforeAfter } from './before-after.tsx';
import { galleryOf, type Shown } from './gallery-items.ts';

interface GalleryProps {
  readonly view: CaseView;
  /** Picture that the time line asked for. */
  readonly asked: CaseMediaView | null;
  readonly onAsked: (media: CaseMediaView | null) => void;
  readonly mayWatch: boolean;
}

/** The case in pictures: before and after under one handle where both are there, then every single one, the clip and now. */
export function Gallery({ view, asked, onAsked, mayWatch }: GalleryProps) {
  const { t } = useTranslation();
  const items = galleryOf(view, mayWatch);
  const [chosen, setChosen] = useState<string | null>(null);
  const shown: Shown | undefined = asked !== null ? items.find((item) => item.kind === 'picture' && item.url === asked.url) : (items.find((item) => item.key === chosen) ?? items[0]);
  return (
    <div className="gallery">
      <div className="gallery-stage">
        {shown === undefined ? <p className="faint">{t('case.noPictures')}</p> : <Stage shown={shown} view={view} />}
      </div>
      {items.length > 1 && (
        <div className="gallery-strip">
          {items.map((item) => (
            <button
              key={item.key} type="button" className={item === shown ? 'chosen' : ''} aria-pressed={item === shown} data-testid={`gallery-${item.kind}`}
              onClick={() => {
                onAsked(null);
                setChosen(item.key);
              }}
            >
              {item.thumb === null ? <span className="gallery-word">{t(`gallery.${item.word}`)}</span> : <Picture src={item.thumb} alt="" thumb />}
              <span className="clip-text">{t(`gallery.${item.word}`)}{item.at !== null && <span className="num faint"> {moment(item.at)}</span>}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function Stage({ shown, view }: { readonly shown: Shown; readonly view: CaseView }) {
  const { t } = useTranslation();
  const [ratio, setRatio] = useState(16 / 9);
  switch (shown.kind) {
    case 'compare': return <BeforeAfter before={shown.before} after={shown.after} afterWord={`${t(`gallery.${shown.afterWord}`)}${shown.at === null ? '' : ` ${moment(shown.at)}`}`} />;
    case 'clip': return <video key={shown.url} src={shown.url} controls muted playsInline aria-label={t('strip.clip')} data-testid="clip" />;
    case 'now': return <LiveTile camera={shown.camera} label={shown.camera} quality="high" fit="contain" />;
    case 'picture': return (
      <div className="gallery-fit">
        <div className="stage-frame" style={{ '--ratio': ratio } as React.CSSProperties}>
          <Picture key={shown.url} src={shown.url} alt={t(`gallery.${shown.word}`)} onSize={(w, h) => setRatio(w / h)} />
          {shown.drawn && <Overlay zone={null} box={view.box} boxes={[]} />}
        </div>
      </div>
    );
  }
}
