import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFeedState } from '../live/feed.ts';
import { hourMinute } from '../parts/time.ts';

const graceMs = 1500;

/** Says that the page may be old, and since when; a blink of the network is not worth a word. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const { link, levelAt } = useFeedState();
  const [late, setLate] = useState(false);
  const away = link !== 'up';
  useEffect(() => {
    if (!away) {
      setLate(false);
      return undefined;
    }
    const timer = setTimeout(() => setLate(true), link === 'waiting' ? 4 * graceMs : graceMs);
    return () => clearTimeout(timer);
  }, [away, link]);
  if (!away || !late) return null;
  return (
    <div className="connection-banner" role="alert" data-testid="offline-banner">
      <span aria-hidden>⚠</span> {levelAt === null ? t('link.never') : t('link.lost', { time: hourMinute(levelAt) })}
    </div>
  );
}
