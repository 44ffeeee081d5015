import { useQuery } from '@tanstack/react-query';
import type { VerdictFigures } from '../../../../domain/verdict-views.ts';
import { query, request } from './http.ts';

export interface VerdictQuestion {
  readonly camera: string | null;
  /** ISO time */
  readonly since: string;
  /** 0..1 */
  readonly mostLost: number;
}

export function useVerdictFigures(question: VerdictQuestion) {
  return useQuery({
    queryKey: ['verdicts', question], staleTime: 60_000,
    queryFn: ({ signal }) => request<VerdictFigures>(`/api/verdicts${query({ ...question })}`, { signal }),
  });
}

/** The most verdicts that one export holds. */
const exportLimit = 5000;
export const verdictExportUrl = (question: { readonly camera: string | null; readonly since: string; readonly type: string }): string =>
  `/api/verdicts/export${query({ ...question, limit: exportLimit })}`;
