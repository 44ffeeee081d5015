import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SessionView } from '../../../../domain/desk-views.ts';
import { ApiError, request } from './http.ts';

export const sessionKey = ['session'] as const;

async function read(signal: AbortSignal): Promise<SessionView | null> {
  try {
    return await request<SessionView>('/api/session', { signal });
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Who is signed in; null when nobody is. */
export function useSession() {
  return useQuery({ queryKey: sessionKey, queryFn: ({ signal }) => read(signal), staleTime: 60_000, retry: 2 });
}

/** The signed-in user's session; only for pages behind the gate. */
export function useMe(): SessionView {
  const { data } = useSession();
  if (data === null || data === undefined) throw new Error('no session behind the gate');
  return data;
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { username: string; password: string }) => request<SessionView>('/api/session', { method: 'POST', body }),
    onSuccess: (session) => client.setQueryData(sessionKey, session),
  });
}

export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: { current: string; next: string }) => {
      await request('/api/session/password', { method: 'POST', body });
      return read(new AbortController().signal);
    },
    onSuccess: (session) => client.setQueryData(sessionKey, session),
  });
}

/** Loads the sign-in page anew: nothing that the person before has seen stays in memory. @param next path to come back to */
export function toSignIn(next?: string): void {
  location.assign(next === undefined ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`);
}

/** Ends the session. Where that fails the person is still signed in, on the server and here. */
export function useSignOut() {
  return useMutation({
    mutationFn: async () => {
      try {
        await request('/api/session', { method: 'DELETE' });
      } catch (error) {
        // has ended by itself
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
      }
    },
    onSuccess: () => toSignIn(),
  });
}
