import type { AlertAction, AlertInput } from '../../../../domain/alert-input.ts';
import type { AlertState } from '../../../../domain/alert.ts';
import type { AlertDetail, AlertView, Page } from '../../../../domain/views.ts';
import { query, request } from './http.ts';

/** States in which somebody still has to judge. */
export const openStates: readonly AlertState[] = ['new', 'claimed'];
export const pageSize = 100;

export const alertKeys = {
  all: ['alerts'] as const,
  list: (type: string | null) => ['alerts', 'open', type ?? 'all'] as const,
  one: (id: string) => ['alert', id] as const,
};

export function listOpenAlerts(type: string | null, cursor: string | null, signal: AbortSignal): Promise<Page<AlertView>> {
  return request(`/api/alerts${query({ state: openStates, type, limit: pageSize, cursor })}`, { signal });
}

export function getAlert(id: string, signal?: AbortSignal): Promise<AlertDetail> {
  return request(`/api/alerts/${encodeURIComponent(id)}`, { signal });
}

export function actOnAlert<A extends AlertAction>(id: string, action: A, input: AlertInput<A>): Promise<AlertView> {
  return request(`/api/alerts/${encodeURIComponent(id)}/${action}`, { method: 'POST', body: input });
}
