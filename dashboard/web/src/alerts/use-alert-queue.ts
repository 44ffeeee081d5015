import { useInfiniteQuery, useQueryClient, type InfiniteData, type QueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { AlertView, Page } from '../../../../domain/views.ts';
import { alertKeys, getAlert, listOpenAlerts, openStates } from '../api/alerts.ts';
import { ApiError } from '../api/http.ts';
import { feed } from '../live/feed.ts';

type Pages = InfiniteData<Page<AlertView>, string | null>;
const gatherMs = 100;
/** More changed rows than this at once are cheaper to read as a list. */
const burst = 20;

export const isOpen = (alert: Pick<AlertView, 'state'>): boolean => openStates.includes(alert.state);
const newestFirst = (a: AlertView, b: AlertView): number => (a.raisedAt === b.raisedAt ? (a.id < b.id ? 1 : -1) : a.raisedAt < b.raisedAt ? 1 : -1);

/** The pages with one row put in, renewed or (when nobody has to judge it any more) taken out. */
function withRow(pages: Pages, row: AlertView): Pages {
  const before = pages.pages.find((page) => page.items.some((item) => item.id === row.id))?.items.find((item) => item.id === row.id);
  if (before !== undefined && before.version > row.version) return pages;
  if (!isOpen(row)) return withoutRow(pages, row.id);
  if (before !== undefined) {
    return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: page.items.map((item) => (item.id === row.id ? row : item)) })) };
  }
  const last = pages.pages.at(-1);
  const oldest = last?.items.at(-1);
  // Older than what is loaded: it comes with its page.
  if (last !== undefined && last.next !== null && oldest !== undefined && newestFirst(oldest, row) < 0) return pages;
  return { ...pages, pages: pages.pages.map((page, index) => ({ ...page, total: page.total + 1, items: index === 0 ? [row, ...page.items] : page.items })) };
}

function withoutRow(pages: Pages, id: string): Pages {
  if (!pages.pages.some((page) => page.items.some((item) => item.id === id))) return pages;
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, total: Math.max(0, page.total - 1), items: page.items.filter((item) => item.id !== id) })) };
}

/** Writes a row that an action answered, or that was read, into every queue. */
export function putRow(client: QueryClient, row: AlertView): void {
  for (const [queryKey, pages] of client.getQueriesData<Pages>({ queryKey: alertKeys.all })) {
    const type = queryKey[2];
    if (pages !== undefined && (type === 'all' || type === row.eventType)) client.setQueryData<Pages>(queryKey, withRow(pages, row));
  }
}

/** Alerts that somebody has to judge, newest first, kept level with the event log. */
export function useAlertQueue(type: string | null) {
  const client = useQueryClient();
  const answer = useInfiniteQuery({
    queryKey: alertKeys.list(type),
    queryFn: ({ pageParam, signal }) => listOpenAlerts(type, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: Number.POSITIVE_INFINITY,
  });

  useEffect(() => {
    const changed = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const readAgain = (): void => void client.invalidateQueries({ queryKey: alertKeys.all });
    const flush = async (): Promise<void> => {
      timer = undefined;
      const ids = [...changed];
      changed.clear();
      if (ids.length > burst) return readAgain();
      await Promise.all(ids.map(async (id) => {
        try {
          const detail = await client.fetchQuery({ queryKey: alertKeys.one(id), queryFn: ({ signal }) => getAlert(id, signal), staleTime: 0 });
          putRow(client, detail);
        } catch (error) {
          if (!(error instanceof ApiError) || error.status !== 404) readAgain();
        }
      }));
    };
    const offChange = feed.onChange((change) => {
      if (change.kind !== 'alert') return;
      if (!openStates.includes(change.state)) {
        for (const [queryKey, pages] of client.getQueriesData<Pages>({ queryKey: alertKeys.all })) if (pages !== undefined) client.setQueryData<Pages>(queryKey, withoutRow(pages, change.id));
        return;
      }
      changed.add(change.id);
      timer ??= setTimeout(() => void flush(), gatherMs);
    });
    const offResync = feed.onResync(readAgain);
    return () => {
      clearTimeout(timer);
      offChange();
      offResync();
    };
  }, [client]);

  const rows = useMemo(() => (answer.data?.pages.flatMap((page) => page.items) ?? []).toSorted(newestFirst), [answer.data]);
  return { ...answer, rows, total: answer.data?.pages[0]?.total ?? 0 };
}
