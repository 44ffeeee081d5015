import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ActionOffer, CaseListItem, CaseView, Page } from '../../../../domain/views.ts';
import type { CaseState } from '../../../../domain/case.ts';
import { ApiError, query, request } from './http.ts';

export interface CaseQuestion {
  readonly state: readonly CaseState[];
  readonly overdue?: boolean | undefined;
  readonly text?: string | undefined;
}

export const caseKeys = {
  all: ['cases'] as const,
  list: (question: CaseQuestion) => ['cases', 'list', question] as const,
  count: (question: CaseQuestion) => ['cases', 'count', question] as const,
  one: (id: string) => ['case', id] as const,
  actions: (id: string) => ['case', id, 'actions'] as const,
};

function listCases(question: CaseQuestion, limit: number, cursor: string | null, signal: AbortSignal): Promise<Page<CaseListItem>> {
  return request(`/api/cases${query({ state: question.state, overdue: question.overdue, text: question.text, limit, cursor })}`, { signal });
}

/** Clocks count in working time, which only the server knows: rows are read again every minute while somebody looks. */
const clockRefresh = 60_000;

export function useCaseList(question: CaseQuestion) {
  return useInfiniteQuery({
    queryKey: caseKeys.list(question),
    queryFn: ({ pageParam, signal }) => listCases(question, 100, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    refetchInterval: clockRefresh,
  });
}

export function useCaseCount(question: CaseQuestion) {
  return useQuery({
    queryKey: caseKeys.count(question),
    queryFn: async ({ signal }) => (await listCases(question, 1, null, signal)).total,
    staleTime: 10_000,
  });
}

export function useCase(id: string) {
  return useQuery({
    queryKey: caseKeys.one(id),
    queryFn: ({ signal }) => request<CaseView>(`/api/cases/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: clockRefresh,
  });
}

/** What this user may do now; keyed under the case, so that a change of the case reads both again. */
export function useCaseActions(id: string) {
  return useQuery({
    queryKey: caseKeys.actions(id),
    queryFn: ({ signal }) => request<readonly ActionOffer[]>(`/api/cases/${encodeURIComponent(id)}/actions`, { signal }),
  });
}

interface CaseStep {
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The case as the person saw it who decided. */
  readonly seen: Pick<CaseView, 'version' | 'state'>;
}

/**
 * Takes a step. A case that has only got a remark or a sighting meanwhile is the one that the person decided about: the step is taken
 * on its new version. @throws ApiError 409 when its state is another
 */
async function actOnCase(id: string, { action, input, seen }: CaseStep): Promise<CaseView> {
  let { version } = seen;
  for (let left = 3; ; left -= 1) {
    try {
      return await request<CaseView>(`/api/cases/${encodeURIComponent(id)}/actions`, { method: 'POST', body: { action, version, input } });
    } catch (error) {
      const winner = error instanceof ApiError ? error.winner : null;
      if (winner === null || winner.state !== seen.state || winner.version === version || left === 0) throw error;
      ({ version } = winner);
    }
  }
}

export function useActOnCase(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (step: CaseStep) => actOnCase(id, step),
    onSuccess: (view) => client.setQueryData(caseKeys.one(id), view),
    onSettled: async () => {
      await Promise.all([client.invalidateQueries({ queryKey: caseKeys.one(id) }), client.invalidateQueries({ queryKey: caseKeys.all })]);
    },
  });
}

/** Stores a picture. @returns its id, to be named in actions */
export async function uploadPicture(file: Blob, name: string): Promise<string> {
  const form = new FormData();
  form.append('file', file, name);
  return (await request<{ id: string }>('/api/media', { method: 'POST', form })).id;
}
