import { notifyManager, useQueryClient, type Query, type QueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import type { TFunction } from 'i18next';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useFeedState, type FeedState } from '../live/feed.ts';
import { timeOfDay } from '../parts/time.ts';

const graceMs = 1500;

/** Says that the page may be old, and since when; what of the installation is down; what could not be read again. A blink is not worth a word. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const state = useFeedState();
  const away = useLasting(awayWords(state, t), state.link === 'waiting' ? 4 * graceMs : graceMs);
  const down = useLasting(awayWords(state, t) === '' ? downWords(state, t) : '', graceMs);
  const stale = useLasting(useFailedReads(client) && awayWords(state, t) === '' ? t('link.stale') : '', graceMs);
  return (
    <>
      {away !== '' && <Line id="offline-banner" text={away} />}
      {down !== '' && <Line id="service-banner" text={down} />}
      {stale !== '' && (
        <Line id="stale-banner" text={stale}>
          <Button size="small" type="link" onClick={() => void client.refetchQueries({ predicate: hasFailed })}>{t('error.retry')}</Button>
        </Line>
      )}
    </>
  );
}

function Line({ id, text, children }: { readonly id: string; readonly text: string; readonly children?: React.ReactNode }) {
  return <div className="connection-banner" role="alert" data-testid={id}><span aria-hidden>⚠</span> {text} {children}</div>;
}

/** Why the page is not level with what is so; empty while it is. */
function awayWords({ link, levelAt, health }: FeedState, t: TFunction): string {
  if (levelAt === null) return link === 'up' ? '' : t('link.never');
  const time = timeOfDay(levelAt);
  if (link === 'down' || link === 'waiting') return t('link.lost', { time });
  if (health?.database === 'down') return t('link.database', { time });
  return link === 'late' ? t('link.late', { time }) : '';
}

/** What is down beside the database; empty when all is up. */
function downWords({ health }: FeedState, t: TFunction): string {
  if (health === null) return '';
  const { roles, queue } = health;
  return [
    roles.dispatcher === 'down' && t('link.dispatcher'), queue === 'down' && t('link.queue'), roles.vision === 'down' && t('link.vision'),
  ].filter((words) => words !== false).join(' ');
}

/** A text once it has stood for so long, milliseconds; an empty one at once. */
function useLasting(text: string, ms: number): string {
  const [lasted, setLasted] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setLasted(text), text === '' ? 0 : ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return text === '' ? '' : lasted;
}

/** Shown on this page, read before, and refused when it was read again. */
const hasFailed = (query: Query): boolean => query.state.status === 'error' && query.state.data !== undefined && query.getObserversCount() > 0;

function useFailedReads(client: QueryClient): boolean {
  const cache = client.getQueryCache();
  const subscribe = useCallback((told: () => void) => cache.subscribe(notifyManager.batchCalls(told)), [cache]);
  return useSyncExternalStore(subscribe, () => cache.getAll().some(hasFailed));
}
