import type { QueryClient } from '@tanstack/react-query';
import { caseKeys } from '../api/cases.ts';
import { cameraKeys } from '../api/places.ts';
import { feed } from './feed.ts';

const gatherMs = 150;

/** Keeps what the pages have read level with the event log: cases and cameras are read again, a burst of changes once. */
export function keepLevel(client: QueryClient): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stale = new Map<string, readonly unknown[]>();
  const flush = (): void => {
    timer = undefined;
    const keys = [...stale.values()];
    stale.clear();
    for (const queryKey of keys) void client.invalidateQueries({ queryKey });
  };
  const mark = (queryKey: readonly unknown[]): void => {
    stale.set(JSON.stringify(queryKey), queryKey);
    timer ??= setTimeout(flush, gatherMs);
  };
  const offChange = feed.onChange((change) => {
    switch (change.kind) {
      case 'alert':
        mark(['alert', change.id]);
        break;
      case 'case':
        mark(caseKeys.all);
        mark(caseKeys.one(change.id));
        mark(caseKeys.one(change.number));
        break;
      case 'camera':
        mark(cameraKeys.all);
        break;
      default:
        change satisfies never;
    }
  });
  const offResync = feed.onResync(() => {
    for (const key of [caseKeys.all, cameraKeys.all, ['case'], ['alert']]) mark(key);
  });
  return () => {
    clearTimeout(timer);
    offChange();
    offResync();
  };
}
