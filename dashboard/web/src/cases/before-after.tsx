import { useState } from 'react';
import { useTranslation } from 'react-i18next';

interface BeforeAfterProps {
  readonly before: string;
  readonly after: string;
  readonly afterWord: string;
}

/** Two pictures of one place under one handle. The handle is a range input, so that keys and screen readers have it too. */
export function BeforeAfter({ before, after, afterWord }: BeforeAfterProps) {
  const { t } = useTranslation();
  const [share, setShare] = useState(50);
  return (
    <div className="before-after" style={{ '--share': `${share}%` } as React.CSSProperties} data-testid="before-after">
      <img src={after} alt={afterWord} draggable={false} />
      <img className="before" src={before} alt={t('case.before')} draggable={false} />
      <span className="before-after-word left">{t('case.before')}</span>
      <span className="before-after-word right">{afterWord}</span>
      <i aria-hidden />
      <input type="range" min="0" max="100" value={share} onChange={(event) => setShare(Number(event.target.value))} aria-label={t('case.slider')} />
    </div>
  );
}
